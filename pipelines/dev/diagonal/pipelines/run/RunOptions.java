package dev.diagonal.pipelines.run;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** The options of every command that runs a pipeline. */
@OptionGroup(OptionGroup.Heading.RUN)
public interface RunOptions extends PipelineOptions {

  @Description("Only print what would be read, created and written, and the heap that is needed")
  @Default.Boolean(false)
  boolean getDryRun();

  void setDryRun(boolean dryRun);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("A file for the summary of the run, as JSON")
  @Nullable String getSummary();

  void setSummary(@Nullable String summary);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("An HTML file for the report of the run: receipt, speed, batches, dead letters")
  @Nullable String getReport();

  void setReport(@Nullable String report);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description(
      "A file for bad records, one JSON object per line; with load-edges --streaming a directory of"
          + " such files. By default the first bad record fails the run")
  @Nullable String getBadRecords();

  void setBadRecords(@Nullable String badRecords);

  @Needs("badRecords")
  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("Fail if there are more bad records than this")
  @Default.Long(10_000)
  long getMaxBadRecords();

  void setMaxBadRecords(long maxBadRecords);
}

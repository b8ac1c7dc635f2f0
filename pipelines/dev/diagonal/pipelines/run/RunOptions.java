package dev.diagonal.pipelines.run;

import dev.diagonal.files.ReadLines;
import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import dev.diagonal.pipelines.usage.UsageException;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** The options of every command that runs a pipeline. */
@OptionGroup(OptionGroup.Heading.RUN)
public interface RunOptions extends PipelineOptions {

  @Description(
      "Change nothing: connect to the servers, check rights, tables and indexes, and show the types"
          + " and the first five rows as they would be written. If the run would fail, the"
          + " exit code is that of the run, 1 or 2")
  @Default.Boolean(false)
  boolean getDryRun();

  void setDryRun(boolean dryRun);

  @Description(
      "Connect to no server: check options, files and plan, and print what would be read, created and"
          + " written, and the heap that is needed")
  @Default.Boolean(false)
  boolean getCheck();

  void setCheck(boolean check);

  @Description(
      "Log SQL statements without their values, requests, and retries with their reasons, instead of"
          + " the progress line; also -v")
  @Default.Boolean(false)
  boolean getVerbose();

  void setVerbose(boolean verbose);

  @OptionGroup(OptionGroup.Heading.INPUT)
  @Description(
      "Read only this many records, with one reader: the first ones in the order of files and"
          + " lines, or any rows of a table or a query. 0 for all")
  @Default.Long(0)
  long getLimit();

  void setLimit(long limit);

  @Description("Print no progress and no summary, only warnings and errors; also -q")
  @Default.Boolean(false)
  boolean getQuiet();

  void setQuiet(boolean quiet);

  @Description("Append the log that --verbose prints to this file; works without --verbose")
  @Nullable String getLogFile();

  void setLogFile(@Nullable String logFile);

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

  /**
   * Checks the numbers among these options.
   *
   * @throws UsageException if one is negative
   */
  static void check(RunOptions options) {
    if (options.getMaxBadRecords() < 0) {
      throw new UsageException("--maxBadRecords must be >= 0, got " + options.getMaxBadRecords());
    }
    if (options.getLimit() < 0) {
      throw new UsageException("--limit must be 0 or more, got " + options.getLimit());
    }
  }

  /** Returns how many records are read. */
  static long limitOf(RunOptions options) {
    return options.getLimit() == 0 ? ReadLines.NO_LIMIT : options.getLimit();
  }

  /**
   * Refuses {@code --limit}.
   *
   * @param why what it would have to do, and cannot
   * @throws UsageException if it is set
   */
  static void refuseLimit(RunOptions options, String why) {
    if (options.getLimit() != 0) {
      throw new UsageException("--limit cannot be used here: " + why);
    }
  }
}

package dev.diagonal.pipelines.options;

import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** How to handle files that have changed since they were loaded under the same names. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface FileChangeOptions extends PipelineOptions {

  /** What the user can do with a file that has changed. */
  String ADVICE =
      "Rows are identified by file name and place. If lines were only added at the end, use"
          + " --appendOnly; otherwise load the file under another name, or delete its rows first";

  @Description(
      "PostgreSQL: accept files to which lines were appended since they were loaded, and load the"
          + " new lines; other changes are refused")
  @Default.Boolean(false)
  boolean getAppendOnly();

  void setAppendOnly(boolean appendOnly);
}

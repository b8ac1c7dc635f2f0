package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** The options of a transfer that reads only what is new. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface IncrementalOptions extends PipelineOptions {

  @Description(
      "PostgreSQL to PostgreSQL, with --key: read only rows that are new since the last transfer, by this"
          + " column of whole numbers, dates or timestamps, which grows with each change of a row")
  @Nullable String getIncrementalColumn();

  void setIncrementalColumn(@Nullable String incrementalColumn);

  @Needs("incrementalColumn")
  @Description(
      "How far below the last value rows are read again, because transactions may commit late: 90s, 10m, 2h, 1d,"
          + " or a number for a column of whole numbers; default 10m, 70m for timestamp without a time zone, or 10000")
  @Nullable String getIncrementalOverlap();

  void setIncrementalOverlap(@Nullable String incrementalOverlap);
}

package dev.diagonal.pipelines.options;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** How relationships are assigned to cells and written in parallel. */
@OptionGroup(OptionGroup.Heading.TUNING)
public interface ConflictFreeOptions extends PipelineOptions {

  /** When relationships are added to the counts of their ends. */
  enum Counting {
    immediate,
    folded,
    mixed
  }

  @Description(
      "When relationships are counted at their ends, in PostgreSQL: immediate (with each commit),"
          + " folded (at the end, without contention), mixed (hot ends at the end)")
  @Default.Enum("immediate")
  Counting getCounts();

  void setCounts(Counting counts);

  @Description(
      "The number of slots of the grid per side, 1 to 64; 0 derives it from the input and from"
          + " --maxWorkers, on a Flink cluster times --parallelism")
  @Default.Integer(0)
  int getTableSize();

  void setTableSize(int tableSize);

  @Description(
      "The maximum number of rows per transaction; 0 for 1,000, or 50,000 with --counts=folded")
  @Default.Integer(0)
  int getBatchSize();

  void setBatchSize(int batchSize);

  @Description(
      "The maximum number of batches per slot that a reader holds before the largest are written early")
  @Default.Integer(20)
  int getBurstFactor();

  void setBurstFactor(int burstFactor);

  @Description("The maximum number of open transactions per process, each on its own connection")
  @Default.Integer(4)
  int getMaxWorkers();

  void setMaxWorkers(int maxWorkers);

  @Needs("streaming")
  @Description(
      "With --streaming: the maximum number of seconds that a row waits for others of its cell")
  @Default.Integer(5)
  int getMaxBufferingSeconds();

  void setMaxBufferingSeconds(int maxBufferingSeconds);

  @Description("The maximum number of pending batches per worker")
  @Default.Integer(32)
  int getPrefetch();

  void setPrefetch(int prefetch);
}

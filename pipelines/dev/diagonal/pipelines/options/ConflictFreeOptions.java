package dev.diagonal.pipelines.options;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** How relationships are dealt and written in parallel. */
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
      "How many slots ids are dealt into, 1 to 64; 0 follows the input and --maxWorkers, times"
          + " --parallelism on a Flink cluster")
  @Default.Integer(0)
  int getTableSize();

  void setTableSize(int tableSize);

  @Description(
      "How many rows a transaction has at most; 0 for 1,000, or 50,000 with --counts=folded")
  @Default.Integer(0)
  int getBatchSize();

  void setBatchSize(int batchSize);

  @Description("How many batches a slot a reader holds in all before the largest leave early")
  @Default.Integer(20)
  int getBurstFactor();

  void setBurstFactor(int burstFactor);

  @Description("How many transactions a process has open at once, each on its own connection")
  @Default.Integer(4)
  int getMaxWorkers();

  void setMaxWorkers(int maxWorkers);

  @Needs("streaming")
  @Description("With --streaming: how many seconds a row waits for others of its cell at most")
  @Default.Integer(5)
  int getMaxBufferingSeconds();

  void setMaxBufferingSeconds(int maxBufferingSeconds);

  @Description("How many batches a worker may have waiting")
  @Default.Integer(32)
  int getPrefetch();

  void setPrefetch(int prefetch);
}

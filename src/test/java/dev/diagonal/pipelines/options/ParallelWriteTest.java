package dev.diagonal.pipelines.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.grid.ScheduleKind;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

class ParallelWriteTest {

  private static final long MANY_ROWS = 100_000_000;
  private static final long ROW_BYTES = 500;

  @Test
  void theTableSizeFollowsTheTransactionsOfAllProcesses() {
    assertThat(tableSize("--runner=DirectRunner")).isEqualTo(16);
    assertThat(tableSize("--runner=FlinkRunner", "--flinkMaster=[local]", "--parallelism=4"))
        .isEqualTo(16);
    assertThat(tableSize("--runner=FlinkRunner", "--flinkMaster=flink:8081", "--parallelism=2"))
        .isEqualTo(32);
    assertThat(tableSize("--runner=FlinkRunner", "--flinkMaster=flink:8081", "--parallelism=999"))
        .isEqualTo(64);
    assertThat(tableSize("--runner=FlinkRunner", "--flinkMaster=flink:8081")).isEqualTo(16);
    assertThat(
            tableSize(
                "--runner=FlinkRunner",
                "--flinkMaster=flink:8081",
                "--parallelism=2",
                "--tableSize=8"))
        .isEqualTo(8);
  }

  @Test
  void whereAllRowsAreGroupedInMemoryTheyAllCount() {
    String direct = "--runner=DirectRunner";
    long more = heapBytes(2 * MANY_ROWS, false, direct) - heapBytes(MANY_ROWS, false, direct);
    assertThat(more).isEqualTo(MANY_ROWS * ROW_BYTES);
    assertThat(heapBytes(2 * MANY_ROWS, true, direct))
        .isEqualTo(heapBytes(MANY_ROWS, true, direct));
    String flink = "--runner=FlinkRunner";
    assertThat(heapBytes(2 * MANY_ROWS, false, flink))
        .isEqualTo(heapBytes(MANY_ROWS, false, flink));
  }

  private static int tableSize(String... args) {
    return write(MANY_ROWS, args).tableSize();
  }

  private static long heapBytes(long rows, boolean locksSlots, String... args) {
    return write(rows, args).heapBytes(ROW_BYTES, locksSlots);
  }

  private static ParallelWrite write(long rows, String... args) {
    ConflictFreeOptions options =
        PipelineOptionsFactory.fromArgs(args).as(ConflictFreeOptions.class);
    return new ParallelWrite(options, ScheduleKind.MONOPARTITE, rows);
  }
}

package dev.diagonal.pipelines.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.schedule.ScheduleKind;
import java.util.List;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

class ParallelWriteTest {

  private static final long MANY_ROWS = 100_000_000;
  private static final long ROW_BYTES = 500;

  @Test
  void tableSizeFollowsTransactionsOfAllProcesses() {
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
  void heapDoesNotGrowWithTheInput() {
    for (String runner : List.of("--runner=DirectRunner", "--runner=FlinkRunner")) {
      assertThat(write(2 * MANY_ROWS, runner).heapBytes(ROW_BYTES))
          .isEqualTo(write(MANY_ROWS, runner).heapBytes(ROW_BYTES));
    }
  }

  private static int tableSize(String... args) {
    return write(MANY_ROWS, args).tableSize();
  }

  private static ParallelWrite write(long rows, String... args) {
    ConflictFreeOptions options =
        PipelineOptionsFactory.fromArgs(args).as(ConflictFreeOptions.class);
    return new ParallelWrite(options, ScheduleKind.MONOPARTITE, rows);
  }
}

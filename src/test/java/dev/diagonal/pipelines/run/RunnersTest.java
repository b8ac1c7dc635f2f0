package dev.diagonal.pipelines.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

final class RunnersTest {

  private static final String CLUSTER = "--flinkMaster=flink:8081";
  private static final String LOCAL = "--flinkMaster=[local]";

  private static int direct(int readers, InputFiles input) {
    DirectOptions options = PipelineOptionsFactory.create().as(DirectOptions.class);
    options.setRunner(DirectRunner.class);
    options.setTargetParallelism(readers);
    RunnerDefaults.limitReaders(options, input);
    return options.getTargetParallelism();
  }

  @Test
  void theDirectRunnerHasNoThreadToSpare() {
    assertThat(RunnerDefaults.readers(8, 8, 3)).isEqualTo(3);
    assertThat(RunnerDefaults.readers(2, 2, 3)).isEqualTo(2);
    assertThat(RunnerDefaults.readers(8, 8, 0)).isEqualTo(1);
  }

  @Test
  void readersThatTheUserHasSetStay() {
    assertThat(RunnerDefaults.readers(8, 2, 1)).isEqualTo(8);
    InputFile small = InputFile.of("a", 1_000, 0);
    int cores = Runtime.getRuntime().availableProcessors();
    assertThat(direct(cores + 1, new InputFiles(List.of(small)))).isEqualTo(cores + 1);
  }

  @Test
  void smallFilesHaveOneReader() {
    InputFile small = InputFile.of("a", 1_000, 0);
    InputFile large = InputFile.of("b", 9 << 20, 0);
    assertThat(RunnerDefaults.parts(List.of(small, small))).isEqualTo(1);
    assertThat(RunnerDefaults.parts(List.of(small, large))).isEqualTo(3);
    int cores = Runtime.getRuntime().availableProcessors();
    assertThat(direct(cores, new InputFiles(List.of(small, small)))).isEqualTo(1);
    assertThat(direct(cores, new InputFiles(List.of(small, InputFile.pipe("c"))))).isEqualTo(cores);
  }

  @Test
  void eachCompressedFileHasAReader() {
    InputFile compressed = InputFile.of("a.gz", 1_000, 0);
    InputFile large = InputFile.of("b.gz", 99 << 20, 0);
    InputFile plain = InputFile.of("c", 1_000, 0);
    assertThat(RunnerDefaults.parts(List.of(compressed, large))).isEqualTo(2);
    assertThat(RunnerDefaults.parts(List.of(compressed, large, plain, plain))).isEqualTo(3);
  }

  @Test
  void flinkIsLeftAsItIs() {
    PipelineOptionsFactory.register(FlinkPipelineOptions.class);
    PipelineOptions options =
        PipelineOptionsFactory.fromArgs("--runner=FlinkRunner", "--parallelism=8").create();
    RunnerDefaults.limitReaders(options, 1);
    assertThat(options.as(FlinkPipelineOptions.class).getParallelism()).isEqualTo(8);
  }

  @Test
  void clusterStreamsTakeCheckpointsUntilStopped() {
    FlinkPipelineOptions options = streaming(false, CLUSTER);
    assertThat(options.getCheckpointingInterval()).isEqualTo(10_000);
    assertThat(options.getFinishBundleBeforeCheckpointing()).isTrue();
    assertThat(options.getShutdownSourcesAfterIdleMs()).isNegative();
    assertThat(options.getNumberOfExecutionRetries()).isNegative();
  }

  @Test
  void endingStreamShutsDownItsSources() {
    assertThat(streaming(true, CLUSTER).getShutdownSourcesAfterIdleMs()).isZero();
    assertThat(streaming(false, LOCAL).getShutdownSourcesAfterIdleMs()).isZero();
  }

  @Test
  void aFaultInThisProcessEndsTheStream() {
    assertThat(streaming(false, LOCAL).getNumberOfExecutionRetries()).isZero();
  }

  @Test
  void whatTheUserHasSetStays() {
    FlinkPipelineOptions options =
        streaming(
            true,
            LOCAL,
            "--checkpointingInterval=77",
            "--shutdownSourcesAfterIdleMs=88",
            "--numberOfExecutionRetries=99");
    assertThat(options.getCheckpointingInterval()).isEqualTo(77);
    assertThat(options.getShutdownSourcesAfterIdleMs()).isEqualTo(88);
    assertThat(options.getNumberOfExecutionRetries()).isEqualTo(99);
  }

  private static FlinkPipelineOptions streaming(boolean ends, String... more) {
    PipelineOptionsFactory.register(FlinkPipelineOptions.class);
    String[] args = new String[more.length + 1];
    args[0] = "--runner=FlinkRunner";
    System.arraycopy(more, 0, args, 1, more.length);
    FlinkPipelineOptions options =
        PipelineOptionsFactory.fromArgs(args).as(FlinkPipelineOptions.class);
    RunnerDefaults.setStreaming(options, ends);
    return options;
  }
}

package dev.diagonal.pipelines.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

final class RunnersTest {

  private static int direct(int readers, int bundles) {
    PipelineOptionsFactory.register(DirectOptions.class);
    PipelineOptions options =
        PipelineOptionsFactory.fromArgs("--runner=DirectRunner", "--targetParallelism=" + readers)
            .create();
    Runners.limitReaders(options, bundles);
    return options.as(DirectOptions.class).getTargetParallelism();
  }

  @Test
  void theDirectRunnerHasNoThreadToSpare() {
    assertThat(direct(8, 3)).isEqualTo(3);
    assertThat(direct(2, 3)).isEqualTo(2);
    assertThat(direct(8, 0)).isEqualTo(1);
  }

  @Test
  void flinkIsLeftAsItIs() {
    PipelineOptionsFactory.register(FlinkPipelineOptions.class);
    PipelineOptions options =
        PipelineOptionsFactory.fromArgs("--runner=FlinkRunner", "--parallelism=8").create();
    Runners.limitReaders(options, 1);
    assertThat(options.as(FlinkPipelineOptions.class).getParallelism()).isEqualTo(8);
  }
}

package dev.diagonal.testing;

import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.TestPipeline;

/** The runners in this JVM that every pipeline must agree on, as their users set them. */
public enum Runner {
  /** Beam's own, which also checks that no element is changed and every element can be encoded. */
  DIRECT("--runner=DirectRunner"),

  /** Flink in this JVM, in batch mode. */
  FLINK(
      "--runner=TestFlinkRunner",
      "--flinkMaster=[local]",
      "--flinkConfDir=runner-configs/flink-local",
      "--objectReuse=true",
      "--fasterCopy=true");

  private final String[] args;

  Runner(String... args) {
    this.args = args;
  }

  /** Returns a pipeline that runs two wide. */
  public TestPipeline pipeline() {
    return pipeline(2);
  }

  /** Returns a pipeline that runs so wide. */
  public TestPipeline pipeline(int parallelism) {
    // A command that ran in this JVM has made Beam know the options of its own runner alone.
    PipelineOptionsFactory.register(DirectOptions.class);
    PipelineOptionsFactory.register(FlinkPipelineOptions.class);
    String[] all = new String[args.length + 1];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = (this == DIRECT ? "--targetParallelism=" : "--parallelism=") + parallelism;
    return TestPipeline.fromOptions(PipelineOptionsFactory.fromArgs(all).create())
        .enableAbandonedNodeEnforcement(false);
  }
}

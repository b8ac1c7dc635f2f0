package dev.diagonal.pipelines.command;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.options.PipelineOptions;
import org.joda.time.Duration;

/** Ends without an exception in state RUNNING, as the DirectRunner may when memory ran out. */
public final class StuckRunner extends PipelineRunner<PipelineResult> {

  private StuckRunner() {}

  /** Makes the runner; Beam calls this by name. */
  public static StuckRunner fromOptions(PipelineOptions options) {
    return new StuckRunner();
  }

  @Override
  public PipelineResult run(Pipeline pipeline) {
    return new StuckResult();
  }

  private static final class StuckResult implements PipelineResult {
    @Override
    public State getState() {
      return State.RUNNING;
    }

    @Override
    public State cancel() {
      return State.RUNNING;
    }

    @Override
    public State waitUntilFinish(Duration duration) {
      return State.RUNNING;
    }

    @Override
    public State waitUntilFinish() {
      return State.RUNNING;
    }

    @Override
    public MetricResults metrics() {
      throw new UnsupportedOperationException("nothing was counted");
    }
  }
}

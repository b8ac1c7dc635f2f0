package dev.diagonal.pipelines.run;

import dev.diagonal.pipelines.progress.ProgressLine;
import dev.diagonal.pipelines.run.Job.Progress;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;

/** One run of a job's pipeline, from building it to its completion. */
final class PipelineRun {

  private final PlannedJob planned;
  private final boolean showsProgress;
  private Progress untilFailure = Progress.NONE;

  PipelineRun(PlannedJob planned, boolean showsProgress) {
    this.planned = planned;
    this.showsProgress = showsProgress;
  }

  /** Returns what a failed pipeline had counted, on the DirectRunner in finished bundles. */
  Progress countedUntilFailure() {
    return untilFailure;
  }

  /** Runs the pipeline to its end and completes the job. */
  Summary run(ServerUrls servers) throws Exception {
    Job job = planned.job();
    RunOptions options = planned.options();
    long startNanos = System.nanoTime();
    Pipeline pipeline = Pipeline.create(options);
    List<Job.Output> outputs = job.build(pipeline, servers);
    if (Runners.isDirect(pipeline.getOptions())) {
      // Otherwise a failed run returns no result to ask.
      pipeline.getOptions().as(DirectOptions.class).setBlockOnRun(false);
    }
    ProgressLine line =
        ProgressLine.start(
            System.err,
            showsProgress ? Runners.counts(options, planned.args()) : Map::of,
            planned.inputBytes(),
            job.groups());
    try {
      PipelineResult result = Runners.run(pipeline);
      await(result, outputs);
      if (result.getState() != PipelineResult.State.DONE) {
        throw new JobFailedException(Failure.ofState(result.getState()));
      }
      if (showsProgress) {
        line.phase(job::completion);
      }
      job.complete();
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      if (showsProgress && job.verifies()) {
        line.phase(() -> "verifying");
      }
      return Summary.of(planned.name(), result, seconds, outputs, job.remarks(result))
          .withVerified(job.verify(result));
    } finally {
      line.close();
    }
  }

  private void await(PipelineResult result, List<Job.Output> outputs) {
    try {
      result.waitUntilFinish();
    } catch (RuntimeException | Error e) {
      untilFailure = Summary.progress(result, outputs);
      throw e;
    }
  }

  /** Runs a job that needs no runner. */
  Summary withoutPipeline(ServerUrls servers) throws Exception {
    Job job = planned.job();
    long startNanos = System.nanoTime();
    List<Job.Output> unused = job.build(Pipeline.create(planned.options()), servers);
    job.complete();
    return Summary.withoutPipeline(
        planned.name(), (System.nanoTime() - startNanos) / 1e9, job.report());
  }
}

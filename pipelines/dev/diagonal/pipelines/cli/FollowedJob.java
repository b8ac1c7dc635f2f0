package dev.diagonal.pipelines.cli;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.client.JobExecutionException;
import org.apache.flink.runtime.client.JobSubmissionException;
import org.joda.time.Duration;

/**
 * A job that a cluster has although its answer to the submission was lost: the client made its id
 * before, so it can be asked for. Its end is waited for as Flink's own client does. Not
 * thread-safe.
 */
final class FollowedJob implements PipelineResult {

  private final String rest;
  private final JobID id;
  private State state = State.RUNNING;
  private MetricsContainerStepMap metrics = new MetricsContainerStepMap();

  private FollowedJob(String rest, JobID id) {
    this.rest = rest;
    this.id = id;
  }

  /**
   * Returns the job whose submission failed, or nothing if it was another failure or the cluster
   * does not know of the job.
   *
   * @param rest {@code host:port} of the cluster's REST API
   */
  static Optional<FollowedJob> after(Throwable failure, String rest) {
    return submitted(failure)
        .filter(id -> new FlinkJobs(rest).isKnown(id.toString()))
        .map(id -> new FollowedJob(rest, id));
  }

  private static Optional<JobID> submitted(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof JobSubmissionException submission) {
        return Optional.of(submission.getJobID());
      }
    }
    return Optional.empty();
  }

  @Override
  public State getState() {
    return state;
  }

  @Override
  public State cancel() {
    throw new UnsupportedOperationException("it is followed and not led");
  }

  @Override
  public State waitUntilFinish(Duration duration) {
    throw new UnsupportedOperationException("it is followed to its end");
  }

  /**
   * @throws RuntimeException with the cause if it fails, as the runner has it
   */
  @Override
  public State waitUntilFinish() {
    try (RestClusterClient<String> client = new RestClusterClient<>(configuration(), rest)) {
      Map<String, Object> counted =
          client
              .requestJobResult(id)
              .get()
              .toJobExecutionResult(FollowedJob.class.getClassLoader())
              .getAllAccumulatorResults();
      if (counted.get(FlinkJobs.METRICS) instanceof MetricsContainerStepMap all) {
        metrics = all;
      }
      state = State.DONE;
      return state;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while job " + id + " runs", e);
    } catch (ExecutionException e) {
      throw failed(e.getCause() == null ? e : e.getCause());
    } catch (Exception e) { // The client's constructor throws it.
      throw failed(e);
    }
  }

  private RuntimeException failed(Throwable cause) {
    if (cause instanceof JobExecutionException) {
      state = State.FAILED;
    }
    return new IllegalStateException("job " + id + " was followed to its failure", cause);
  }

  /** What was counted, once the job has ended well. */
  @Override
  public MetricResults metrics() {
    return MetricsContainerStepMap.asAttemptedOnlyMetricResults(metrics);
  }

  private Configuration configuration() {
    int colon = rest.lastIndexOf(':');
    return new Configuration()
        .set(RestOptions.ADDRESS, rest.substring(0, colon))
        .set(RestOptions.PORT, Integer.parseInt(rest.substring(colon + 1)));
  }
}

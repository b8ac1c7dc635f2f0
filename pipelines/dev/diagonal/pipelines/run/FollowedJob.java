package dev.diagonal.pipelines.run;

import dev.diagonal.fault.Retry;
import dev.diagonal.pipelines.flink.FlinkJobs;
import dev.diagonal.pipelines.flink.LostJobException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.client.JobExecutionException;
import org.apache.flink.runtime.client.JobSubmissionException;
import org.apache.flink.runtime.jobmaster.JobResult;

/**
 * A job that the cluster has accepted although the reply to its submission was lost. The client has
 * created the id of the job, so it can ask for the job and wait for its end, as Flink's own client
 * does. Not thread-safe.
 */
final class FollowedJob implements PipelineResult {

  /** All retries together last 40 to 85 seconds. */
  private static final Retry PATIENT = new Retry(12, Duration.ofSeconds(1), Duration.ofSeconds(10));

  private final String rest;
  private final JobID id;
  private State state = State.RUNNING;
  private MetricsContainerStepMap metrics = new MetricsContainerStepMap();

  private FollowedJob(String rest, JobID id) {
    this.rest = rest;
    this.id = id;
  }

  /**
   * Returns the job whose submission failed; empty if it was another failure, or the cluster does
   * not know the job. Asks for about a minute if there is no reply, but only once if no connection
   * could be made.
   *
   * @param rest {@code host:port} of the cluster's REST API
   * @throws LostJobException if the cluster never replies
   */
  static Optional<FollowedJob> after(Throwable failure, String rest) {
    return after(failure, rest, PATIENT);
  }

  static Optional<FollowedJob> after(Throwable failure, String rest, Retry retry) {
    return submitted(failure)
        .filter(
            id ->
                Failure.isUnreachable(Failure.causes(failure))
                    ? new FlinkJobs(rest).knows(id.toString()).orElse(false)
                    : isKnown(id, rest, retry, failure))
        .map(id -> new FollowedJob(rest, id));
  }

  private static boolean isKnown(JobID id, String rest, Retry retry, Throwable failure) {
    FlinkJobs jobs = new FlinkJobs(rest);
    try {
      return retry.call(
          () -> jobs.knows(id.toString()).orElseThrow(), NoSuchElementException.class::isInstance);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw lost(id, rest, failure);
    } catch (Exception e) {
      throw lost(id, rest, failure);
    }
  }

  private static LostJobException lost(JobID id, String rest, Throwable cause) {
    return new LostJobException(
        "lost sight of job %s of the cluster at %s, which may still run".formatted(id, rest),
        cause);
  }

  private static Optional<JobID> submitted(Throwable failure) {
    return Failure.causes(failure).stream()
        .filter(JobSubmissionException.class::isInstance)
        .findFirst()
        .map(submission -> ((JobSubmissionException) submission).getJobID());
  }

  @Override
  public State getState() {
    return state;
  }

  @Override
  public State cancel() {
    throw new UnsupportedOperationException("a followed job cannot be cancelled");
  }

  @Override
  public State waitUntilFinish(org.joda.time.Duration duration) {
    throw new UnsupportedOperationException("a followed job has no timeout");
  }

  /**
   * @throws IllegalStateException with the cause if the job fails
   * @throws LostJobException if the cluster no longer reports the job, which may still run
   */
  @Override
  public State waitUntilFinish() {
    JobResult result = result();
    Map<String, Object> counted;
    try {
      counted =
          result
              .toJobExecutionResult(FollowedJob.class.getClassLoader())
              .getAllAccumulatorResults();
    } catch (JobExecutionException e) {
      state = State.FAILED;
      throw new IllegalStateException("job " + id + " failed", e);
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException("cannot read the counters of job " + id, e);
    }
    if (counted.get(FlinkJobs.METRICS) instanceof MetricsContainerStepMap all) {
      metrics = all;
    }
    state = State.DONE;
    return state;
  }

  private JobResult result() {
    try (RestClusterClient<String> client = new RestClusterClient<>(configuration(), rest)) {
      return client.requestJobResult(id).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while job " + id + " runs", e);
    } catch (Exception e) { // declared by the client's constructor
      throw lost(id, rest, e);
    }
  }

  /** Returns the counters, once the job has ended successfully. */
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

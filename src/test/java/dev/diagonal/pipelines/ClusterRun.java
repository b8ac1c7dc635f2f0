package dev.diagonal.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.pipelines.local.FlinkCluster.Worker;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Http;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.client.cli.CliFrontend;

/**
 * Runs of the bundled jar on a cluster, four wide: each in a JVM of its own, as a user starts them.
 *
 * @param cluster where the jobs go
 */
public record ClusterRun(FlinkCluster cluster) {

  public static final Duration SOON = Duration.ofMinutes(4);

  /** States of a job that will go on by itself. */
  private static final Set<String> ACTIVE = Set.of("CREATED", "RUNNING", "FAILING", "RESTARTING");

  private static final List<String> SMALL_JVM = List.of("-Xmx512m", "-XX:TieredStopAtLevel=1");

  /** Runs a command with {@code java -jar}; arguments are separated by spaces. */
  public ChildJvm run(String args) {
    return runAt(cluster.address(), args);
  }

  /** Runs a command with another address of the cluster. */
  ChildJvm runAt(String address, String args) {
    int end = (args + " ").indexOf(' ');
    return ChildJvm.bundledJar(
        SMALL_JVM,
        "%s @runner-configs/flink-cluster.args --flinkMaster=%s%s"
            .formatted(args.substring(0, end), address, args.substring(end)));
  }

  /** Runs a command with optional jars beside the bundled one, as bin/diagonal does. */
  public ChildJvm runWith(List<String> jars, String args) {
    int end = (args + " ").indexOf(' ');
    List<String> command = new ArrayList<>(SMALL_JVM);
    command.addAll(ChildJvm.opens());
    command.addAll(List.of("-cp", ChildJvm.jar() + ":" + String.join(":", jars)));
    command.addAll(List.of(Main.class.getName(), args.substring(0, end)));
    command.add("@runner-configs/flink-cluster.args");
    command.add("--flinkMaster=" + cluster.address());
    command.addAll(List.of(args.substring(end).trim().split(" ")));
    return ChildJvm.run(command.toArray(String[]::new));
  }

  /** Starts a command and returns what it will have come to. */
  public CompletableFuture<ChildJvm> begin(String args) {
    return CompletableFuture.supplyAsync(() -> run(args));
  }

  /** Runs a command with Flink's own command line, as {@code flink run <flags> <jar> <args>}. */
  public ChildJvm flinkRun(String flags, String args) {
    List<String> command = new ArrayList<>(SMALL_JVM);
    command.addAll(cluster.javaOptions());
    command.addAll(List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp"));
    command.add(FlinkCluster.classPath());
    command.addAll(List.of(CliFrontend.class.getName(), "run", "-m", cluster.address()));
    command.addAll(List.of(flags.trim().split(" +")));
    command.add(ChildJvm.jar());
    command.addAll(List.of(args.split(" ")));
    return ChildJvm.run(
        Map.of("FLINK_CONF_DIR", FlinkCluster.CONFIGURATION.toString()),
        command.toArray(String[]::new));
  }

  /** Returns how many jobs of a command the cluster has, or has had. */
  long jobs(String command) {
    long jobs = 0;
    for (JsonNode job : cluster.get("/jobs/overview").path("jobs")) {
      jobs += job.path("name").asText().startsWith(command + "-") ? 1 : 0;
    }
    return jobs;
  }

  /** Returns the job of this state whose name starts with a command's, when there is one. */
  public JsonNode job(String command, String state) {
    List<JsonNode> found = new ArrayList<>();
    if (!Eventually.within(
        SOON,
        () -> {
          cluster.get("/jobs/overview").path("jobs").forEach(found::add);
          found.removeIf(
              job ->
                  !job.path("name").asText().startsWith(command + "-")
                      || !job.path("state").asText().equals(state));
          return !found.isEmpty();
        })) {
      throw new AssertionError(
          "no job of %s is %s: %s".formatted(command, state, cluster.get("/jobs/overview")));
    }
    return found.get(0);
  }

  /** Returns the id of a job of a command that runs now. */
  public Optional<String> runningNow(String command) {
    for (JsonNode job : cluster.get("/jobs/overview").path("jobs")) {
      String id = job.path("jid").asText();
      if (job.path("name").asText().startsWith(command + "-")
          && job.path("state").asText().equals("RUNNING")
          && isRunning(id)) {
        return Optional.of(id);
      }
    }
    return Optional.empty();
  }

  /** Cancels the jobs that run: what a failed test leaves would keep its slots. */
  public void cancelAll() {
    for (JsonNode job : cluster.get("/jobs").path("jobs")) {
      if (ACTIVE.contains(job.path("status").asText())) {
        String jobs = "http://" + cluster.address() + "/jobs/";
        try {
          Http.send("PATCH", jobs + job.path("id").asText() + "?mode=cancel", "");
        } catch (AssertionError e) {
          // It has ended meanwhile.
        }
      }
    }
  }

  /** Kills a worker in which a task of the job runs whose name has this text in it. */
  void killWorker(String id, String task) {
    List<String> at = new ArrayList<>();
    // The coordinator's state of a job may be some seconds old.
    if (!Eventually.within(
        SOON,
        () -> {
          workerAt(id, task).ifPresent(at::add);
          return !at.isEmpty();
        })) {
      throw new AssertionError("no task " + task + " runs: " + cluster.get("/jobs/" + id));
    }
    cluster.kill(
        cluster.workers().stream()
            .filter(each -> each.id().equals(at.get(0)))
            .findFirst()
            .orElseThrow());
  }

  private Optional<String> workerAt(String id, String task) {
    for (JsonNode vertex : cluster.get("/jobs/" + id).path("vertices")) {
      if (vertex.path("name").asText().contains(task)) {
        String path = "/jobs/" + id + "/vertices/" + vertex.path("id").asText() + "/taskmanagers";
        for (JsonNode worker : cluster.get(path).path("taskmanagers")) {
          if (worker.path("status-counts").path("RUNNING").asInt() > 0) {
            return Optional.of(worker.path("taskmanager-id").asText());
          }
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Kills the worker that was started first, starts another, and waits until the job runs again.
   */
  public void loseWorker(String id) {
    long before = restartedAt(id);
    cluster.kill(cluster.workers().get(0));
    cluster.startWorker();
    if (!Eventually.within(SOON, () -> restartedAt(id) > before && isRunning(id))) {
      throw new AssertionError("not restarted: " + cluster.get("/jobs/" + id));
    }
  }

  /** Replaces a worker by another one; returns whether the job was restarted, or failed, for it. */
  public boolean isHitByLossOf(Worker worker, String id) {
    long before = restartedAt(id);
    cluster.kill(worker);
    cluster.startWorker();
    if (!Eventually.within(SOON, () -> restartedAt(id) > before || hasEnded(id))) {
      throw new AssertionError("nothing has happened to " + cluster.get("/jobs/" + id));
    }
    return restartedAt(id) > before || state(id).equals("FAILED");
  }

  private boolean hasEnded(String id) {
    return !ACTIVE.contains(state(id));
  }

  private String state(String id) {
    return cluster.get("/jobs/" + id).path("state").asText();
  }

  /** Returns when the job was restarted last, in milliseconds, or 0. */
  private long restartedAt(String id) {
    return cluster.get("/jobs/" + id).path("timestamps").path("RESTARTING").asLong();
  }

  /** Waits until a job is started again: tasks of the second attempt run. */
  public void awaitRestart(String id) {
    if (!Eventually.within(SOON, () -> wasRestarted(id) && isRunning(id))) {
      throw new AssertionError("not restarted: " + cluster.get("/jobs/" + id));
    }
  }

  /** Whether a job, which may have ended, was restarted. */
  boolean wasRestarted(String id) {
    return restartedAt(id) > 0;
  }

  private boolean isRunning(String id) {
    JsonNode job = cluster.get("/jobs/" + id);
    return job.path("state").asText().equals("RUNNING")
        && job.path("status-counts").path("RUNNING").asInt() > 0;
  }
}

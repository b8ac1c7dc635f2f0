package dev.diagonal.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A session cluster of workers of one slot, each with a core of its own, the last ones of the
 * machine, and what a job on it takes. The coordinator, servers and launchers run wherever the
 * kernel puts them.
 */
final class ScaleCluster implements AutoCloseable {

  private static final Path JAR = Path.of("target", "diagonal-bundled.jar");
  private static final Duration TELLING = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlinkCluster cluster;
  private final List<ScaleWorker> workers = new ArrayList<>();

  private ScaleCluster(FlinkCluster cluster) {
    this.cluster = cluster;
  }

  /** What a job took, and the launcher's summary of it. */
  record Job(
      double seconds, List<ScaleWorker.Taken> workers, double shuffleMegabytes, JsonNode summary) {}

  static ScaleCluster start(int workers) throws IOException {
    Path logs = Files.createTempDirectory(Files.createDirectories(ScaleWork.DATA), "gc-");
    int cores = Runtime.getRuntime().availableProcessors();
    if (workers > cores) {
      throw new IllegalArgumentException(
          "workers must be 1 to " + cores + ", as many as there are cores, got " + workers);
    }
    ScaleCluster started =
        new ScaleCluster(
            FlinkCluster.configure()
                .withSetting("taskmanager.numberOfTaskSlots", "1")
                .withJvmOption("-Xlog:gc:file=" + logs + "/%p.log")
                .start(0));
    try {
      for (int i = 1; i <= workers; i++) {
        FlinkCluster.Worker worker =
            started.cluster.startWorker(List.of("taskset", "-c", String.valueOf(cores - i)));
        started.workers.add(new ScaleWorker(worker.pid(), logs.resolve(worker.pid() + ".log")));
      }
      return started;
    } catch (RuntimeException | Error e) {
      started.close();
      throw e;
    }
  }

  /**
   * Runs a command of the bundled jar to its end.
   *
   * @throws IllegalStateException with its output if it fails
   */
  Job run(String command, List<String> options) throws IOException, InterruptedException {
    Path summary = ScaleWork.DATA.resolve("summary.json");
    Files.deleteIfExists(summary);
    List<String> all = new ArrayList<>(List.of(Measured.javaProgram(), "-Xmx512m"));
    // The launcher's work is not what is measured, and it may share a core with what is.
    all.addAll(List.of("-XX:TieredStopAtLevel=1", "-jar", JAR.toString(), command));
    all.addAll(List.of("@runner-configs/flink-cluster.args", "--flinkMaster=" + cluster.address()));
    all.addAll(List.of("--parallelism=" + workers.size(), "--summary=" + summary));
    all.addAll(options);
    List<ScaleWorker.Before> before = new ArrayList<>();
    for (ScaleWorker worker : workers) {
      before.add(worker.before());
    }
    Measured unused = Measured.run(all);
    List<ScaleWorker.Taken> taken = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      taken.add(workers.get(i).since(before.get(i)));
    }
    JsonNode job = lastJob(command);
    double shuffled = 0;
    for (JsonNode vertex : job.path("vertices")) {
      shuffled += vertex.path("metrics").path("write-bytes").asDouble() / 1e6;
    }
    JsonNode said = JSON.readTree(summary.toFile());
    if (!job.path("state").asText().equals("FINISHED")
        || job.path("timestamps").path("RESTARTING").asLong() > 0
        || said.path("bad_records").asLong() > 0) {
      throw new IllegalStateException("not undisturbed: " + job + " " + said);
    }
    return new Job(job.path("duration").asLong() / 1e3, taken, shuffled, said);
  }

  /** The most recently started job of this command; its state is some seconds old at first. */
  private JsonNode lastJob(String command) {
    String last = "";
    long latest = 0;
    for (JsonNode job : cluster.get("/jobs/overview").path("jobs")) {
      if (job.path("name").asText().startsWith(command + "-")
          && job.path("start-time").asLong() > latest) {
        latest = job.path("start-time").asLong();
        last = job.path("jid").asText();
      }
    }
    String path = "/jobs/" + last;
    if (!Eventually.within(TELLING, () -> cluster.get(path).path("end-time").asLong() > 0)) {
      throw new IllegalStateException("has not ended: " + cluster.get(path));
    }
    return cluster.get(path);
  }

  @Override
  public void close() {
    cluster.close();
  }
}

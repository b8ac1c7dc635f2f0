package dev.diagonal.pipelines.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PgPass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/**
 * A Flink session cluster on this machine, with the configuration of {@code runner-configs/flink}
 * but for its ports: a coordinator and workers, each a process of its own that ends with this JVM,
 * even when that is killed with signal 9. Their class path holds what a Flink distribution has and
 * nothing of Beam or of ours. Their logs stay in {@code target/flink}. Thread-safe.
 */
public final class FlinkCluster implements AutoCloseable {

  /** Where the configuration lies that a user copies. */
  public static final Path CONFIGURATION = Path.of("runner-configs", "flink").toAbsolutePath();

  private static final Path HOME = Path.of("target", "flink");
  private static final Duration BOUND = Duration.ofMinutes(4);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The jars of a distribution, of those on the class path of the tests. */
  private static final Pattern OF_A_DISTRIBUTION =
      Pattern.compile(
          ".*/(flink-|commons-(cli|collections|compress|io|lang3|math3|text)-|snakeyaml-engine-"
              + "|kryo-|minlog-|objenesis-|chill-java-|javassist-|async-profiler-|lz4-java-"
              + "|snappy-java-|jsr305-|slf4j-)[^/]*\\.jar");

  private final Map<String, String> settings;
  private final List<String> jvmOptions;
  private final Configuration configuration;
  private final Path home;
  private final int restPort;
  private final Server coordinator;
  private final List<Worker> workers = new CopyOnWriteArrayList<>();
  private final Thread closeAtExit = new Thread(this::close, "close FlinkCluster");
  private int started;

  private FlinkCluster(Map<String, String> given, List<String> jvmOptions) {
    try {
      Files.createDirectories(HOME);
      this.home = Files.createTempDirectory(HOME, "cluster-").toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.jvmOptions = jvmOptions;
    this.restPort = LoopbackPort.free();
    this.settings = new LinkedHashMap<>(given);
    settings.put("rest.port", String.valueOf(restPort));
    settings.put("jobmanager.rpc.port", String.valueOf(LoopbackPort.free()));
    settings.put("taskmanager.host", "localhost");
    this.configuration =
        GlobalConfiguration.loadConfiguration(
            CONFIGURATION.toString(), Configuration.fromMap(settings));
    this.coordinator = startCoordinator();
    Runtime.getRuntime().addShutdownHook(closeAtExit);
  }

  /** A process and the directory with its log. */
  private record Server(ServerDirectory directory, ServerProcess process) {
    void stop() {
      process.stop();
      directory.close();
    }
  }

  /** A worker of the cluster. */
  public static final class Worker {
    private final String id;
    private final Server server;

    private Worker(String id, Server server) {
      this.id = id;
      this.server = server;
    }

    /** Returns what the cluster calls it. */
    public String id() {
      return id;
    }

    /** Returns the id of its process. */
    public long pid() {
      return server.process().pid();
    }

    /** Returns what it has logged. */
    public String log() {
      return server.process().log();
    }
  }

  /** Makes a cluster. Each {@code with} returns this. */
  public static final class Builder {
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> jvmOptions = new ArrayList<>();

    /** Sets an option of Flink over what the configuration says. */
    public Builder withSetting(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /** Adds an option of the JVMs. */
    public Builder withJvmOption(String option) {
      jvmOptions.add(option);
      return this;
    }

    /** Starts a coordinator and so many workers, and returns when they are registered. */
    public FlinkCluster start(int workers) {
      FlinkCluster cluster = new FlinkCluster(settings, List.copyOf(jvmOptions));
      try {
        List<Worker> launched = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
          launched.add(cluster.launchWorker(List.of()));
        }
        launched.forEach(cluster::await);
        return cluster;
      } catch (RuntimeException | Error e) {
        cluster.close();
        throw e;
      }
    }
  }

  public static Builder configure() {
    return new Builder();
  }

  /** Runs a cluster of so many workers, 2 if nothing is said, until this JVM is ended. */
  public static void main(String[] args) throws InterruptedException {
    FlinkCluster cluster = configure().start(args.length == 0 ? 2 : Integer.parseInt(args[0]));
    System.out.println("--flinkMaster=" + cluster.address() + ", logs in " + cluster.home);
    Thread.currentThread().join();
  }

  /** Returns {@code host:port} of its REST API. */
  public String address() {
    return "localhost:" + restPort;
  }

  public int restPort() {
    return restPort;
  }

  /** Returns the class path of a Flink distribution. */
  public static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(":", -1))
        .filter(entry -> OF_A_DISTRIBUTION.matcher(entry).matches())
        .collect(Collectors.joining(":"));
  }

  /** Returns the options of the JVM that the configuration asks for. */
  public List<String> javaOptions() {
    return List.of(configuration.get(CoreOptions.FLINK_JVM_OPTIONS).split(" ", -1));
  }

  /** Returns the answer of the REST API to GET. */
  public JsonNode get(String path) {
    try {
      return JSON.readTree(Http.get("http://" + address() + path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the workers that were started and not killed, in the order of their start. */
  public List<Worker> workers() {
    return List.copyOf(workers);
  }

  /** Starts one more worker and returns when it is registered. */
  public Worker startWorker() {
    return startWorker(List.of());
  }

  /**
   * Starts one more worker by another command, as {@code taskset -c 1}, and returns when it is
   * registered.
   */
  public Worker startWorker(List<String> command) {
    Worker worker = launchWorker(command);
    await(worker);
    return worker;
  }

  /** Kills a worker with signal 9 and returns when it is gone. */
  public void kill(Worker worker) {
    workers.remove(worker);
    worker.server.process().kill();
    worker.server.directory().close();
  }

  /** Returns what the coordinator has logged. */
  public String log() {
    return coordinator.process().log();
  }

  /** Stops all of it; the logs stay. */
  @Override
  public synchronized void close() {
    workers().forEach(this::kill);
    coordinator.stop();
    if (Thread.currentThread() != closeAtExit) {
      try {
        Runtime.getRuntime().removeShutdownHook(closeAtExit);
      } catch (IllegalStateException e) {
        // The JVM is shutting down: the hook finds it closed.
      }
    }
  }

  private Server startCoordinator() {
    var memory =
        JobManagerProcessUtils.processSpecFromConfigWithNewOptionToInterpretLegacyHeap(
            configuration, JobManagerOptions.JVM_HEAP_MEMORY);
    return start(
        "coordinator",
        List.of(),
        words(ProcessMemoryUtils.generateJvmParametersStr(memory)),
        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
        List.of());
  }

  private synchronized Worker launchWorker(List<String> command) {
    String id = "worker-" + ++started;
    var memory = TaskExecutorProcessUtils.processSpecFromConfig(configuration);
    List<String> arguments = words(TaskExecutorProcessUtils.generateDynamicConfigsStr(memory));
    arguments.addAll(List.of("-D", "taskmanager.resource-id=" + id));
    Worker worker =
        new Worker(
            id,
            start(
                id,
                command,
                words(ProcessMemoryUtils.generateJvmParametersStr(memory)),
                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                arguments));
    workers.add(worker);
    return worker;
  }

  private Server start(
      String name,
      List<String> prefix,
      List<String> memory,
      String mainClass,
      List<String> arguments) {
    ServerDirectory directory = ServerDirectory.of(Optional.of(home.resolve(name)), name);
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(memory);
    command.addAll(jvmOptions);
    command.addAll(javaOptions());
    command.add("-Dorg.slf4j.simpleLogger.showDateTime=true");
    command.add("-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS");
    command.addAll(List.of("-cp", classPath(), mainClass, "--configDir", CONFIGURATION.toString()));
    settings.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
    command.addAll(List.of("-D", "io.tmp.dirs=" + directory.path()));
    command.addAll(arguments);
    Map<String, String> environment = new HashMap<>(PgPass.environment());
    environment.put("JAVA_TOOL_OPTIONS", "");
    return new Server(directory, ServerProcess.start(directory, "TERM", environment, command));
  }

  private void await(Worker worker) {
    worker.server.process().awaitReady(() -> isRegistered(worker), BOUND);
  }

  private boolean isRegistered(Worker worker) {
    try {
      for (JsonNode each : get("/taskmanagers").path("taskmanagers")) {
        if (each.path("id").asText().equals(worker.id)) {
          return each.path("slotsNumber").asInt() > 0;
        }
      }
    } catch (UncheckedIOException | AssertionError e) {
      // The coordinator does not answer yet.
    }
    return false;
  }

  private static List<String> words(String text) {
    return new ArrayList<>(List.of(text.trim().split("\\s+", -1)));
  }
}

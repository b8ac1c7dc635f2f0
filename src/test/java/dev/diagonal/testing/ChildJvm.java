package dev.diagonal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a JVM of its own came to.
 *
 * @param status its exit status
 * @param out the lines on its standard output
 * @param err the lines on its standard error, without those that report progress
 * @param progress the lines on its standard error that report progress
 */
public record ChildJvm(int status, List<String> out, List<String> err, List<String> progress) {

  private static final long BOUND_MINUTES = 10;

  /** A JVM that reports no progress. */
  public ChildJvm(int status, List<String> out, List<String> err) {
    this(status, out, err, List.of());
  }

  /** Returns this without its progress, which depends on how long the command took. */
  public ChildJvm withoutProgress() {
    return new ChildJvm(status, out, err);
  }

  /** Runs {@code java} with these arguments in the directory of the build, to its end. */
  public static ChildJvm run(String... args) {
    return run(Map.of(), args);
  }

  /** Runs it with these environment variables besides those of this JVM. */
  public static ChildJvm run(Map<String, String> environment, String... args) {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(List.of(args));
    try {
      Path out = Files.createTempFile("child", ".out");
      Path err = Files.createTempFile("child", ".err");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        // It makes the JVM say what it has picked up.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().putAll(PgPass.environment());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(BOUND_MINUTES, TimeUnit.MINUTES)) {
          process.destroyForcibly().onExit().join();
          throw new AssertionError(command + " has not ended: " + Files.readString(err));
        }
        List<String> errors = Files.readAllLines(err, UTF_8);
        return new ChildJvm(
            process.exitValue(),
            Files.readAllLines(out, UTF_8),
            ErrorLines.of(errors),
            ErrorLines.progressOf(errors));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Runs the bundled jar with these arguments, separated by spaces. */
  public static ChildJvm bundledJar(List<String> jvmOptions, String args) {
    List<String> all = new ArrayList<>(jvmOptions);
    all.addAll(List.of("-jar", jar()));
    if (!args.isEmpty()) {
      all.addAll(List.of(args.split(" ")));
    }
    return run(all.toArray(String[]::new));
  }

  /** What Beam's Flink runner reaches into, opened as in the pom and the bundled jar's manifest. */
  public static List<String> opens() {
    return Stream.of(
            "java.lang", "java.util", "java.util.concurrent", "java.nio", "java.time", "sun.nio.ch")
        .map(opened -> "--add-opens=java.base/" + opened + "=ALL-UNNAMED")
        .toList();
  }

  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  public static String jar() {
    return System.getProperty("diagonal.bundledJar", "target/diagonal-bundled.jar");
  }
}

package dev.diagonal.benchmarks;

import dev.diagonal.testing.PgPass;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that was run to its end in a process of its own.
 *
 * @param seconds the wall time: of the process, or what it printed itself as {@value #SECONDS}
 * @param peakMegabytes the most memory it had resident, by the kernel's account
 * @param output what it printed
 */
record Measured(double seconds, long peakMegabytes, String output) {

  /** A program that excludes its own start prints this, followed by the seconds. */
  static final String SECONDS = "measured seconds: ";

  /** Runs a command; fails if it does. */
  static Measured run(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("benchmark", ".log");
    long start = System.nanoTime();
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(PgPass.environment());
    Process process = builder.start();
    long peak = 0;
    do {
      peak = Math.max(peak, residentPeak(process.pid()));
    } while (!process.waitFor(20, TimeUnit.MILLISECONDS));
    double seconds = (System.nanoTime() - start) / 1e9;
    String output = Files.readString(log, StandardCharsets.UTF_8);
    Files.delete(log);
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          command + " ended with " + process.exitValue() + ": " + output);
    }
    double own =
        output
            .lines()
            .filter(line -> line.startsWith(SECONDS))
            .mapToDouble(line -> Double.parseDouble(line.substring(SECONDS.length())))
            .findFirst()
            .orElse(seconds);
    return new Measured(own, peak, output);
  }

  /** The command that runs a main class of the tests in a JVM of its own. */
  static List<String> java(String heap, Class<?> main, String... args) {
    List<String> command = new ArrayList<>(List.of(javaProgram(), heap, "-cp", classPath()));
    command.add(main.getName());
    command.addAll(List.of(args));
    return command;
  }

  static String javaProgram() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** The class path of this JVM, also where Maven runs this class in a loader of its own. */
  private static String classPath() {
    ClassLoader loader = Measured.class.getClassLoader();
    if (loader instanceof java.net.URLClassLoader urls) {
      return String.join(
          ":", java.util.Arrays.stream(urls.getURLs()).map(java.net.URL::getPath).toList());
    }
    return System.getProperty("java.class.path");
  }

  /** In megabytes; 0 where there is no /proc or the process is over. */
  private static long residentPeak(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1000)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}

package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A server with a watchdog: a shell that holds the other end of a pipe to this JVM. It stops the
 * server on request, or when the pipe breaks because the JVM was killed. Thread-safe.
 */
final class ServerProcess {

  private static final String WATCHDOG =
      """
      # Ctrl-C in a terminal reaches all processes: only the JVM decides.
      trap '' INT HUP
      trap : TERM
      stop=$1 temporary=$2
      shift 2
      exec 3<&0
      "$@" </dev/null 3<&- &
      server=$!
      (
        trap - TERM
        read -r order <&3 && { kill -s "$stop" "$server"; exit; }
        # The JVM has ended, so the watchdog cleans up.
        trap '' TERM
        kill -s "$stop" "$server"
        tries=0
        while kill -0 "$server" && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
        kill -s KILL "$server"
        [ -z "$temporary" ] || rm -rf "$temporary"
      ) >/dev/null 2>&1 &
      watcher=$!
      exec 3<&-
      wait "$server"
      code=$?
      while kill -0 "$server" 2>/dev/null; do wait "$server"; code=$?; done
      kill "$watcher" 2>/dev/null
      exit $code
      """;

  private static final Duration POLL = Duration.ofMillis(10);
  private static final Duration STOP_BOUND = Duration.ofSeconds(30);
  private static final int TAIL_LINES = 40;

  private final String name;
  private final List<String> command;
  private final Path log;
  private final long logStart;
  private final Process watchdog;

  private ServerProcess(
      String name, List<String> command, Path log, long logStart, Process watchdog) {
    this.name = name;
    this.command = command;
    this.log = log;
    this.logStart = logStart;
    this.watchdog = watchdog;
  }

  /**
   * Starts a command in {@code directory}, where it logs to {@code server.log}.
   *
   * @param stopSignal the signal for a regular stop
   * @param environment added to this JVM's own; a value of "" removes a variable
   */
  static ServerProcess start(
      ServerDirectory directory,
      String stopSignal,
      Map<String, String> environment,
      List<String> command) {
    List<String> watched =
        new ArrayList<>(List.of("/bin/sh", "-c", WATCHDOG, "watchdog", stopSignal));
    watched.add(directory.isTemporary() ? directory.path().toString() : "");
    watched.addAll(command);
    Path log = directory.path().resolve("server.log");
    ProcessBuilder builder =
        new ProcessBuilder(watched)
            .directory(directory.path().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    builder.environment().values().removeIf(String::isEmpty);
    try {
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      return new ServerProcess(directory.serverName(), command, log, logStart, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns when the server is ready.
   *
   * @throws EmbeddedServersException if it ends before, or is not ready in time; it is then stopped
   */
  void awaitReady(BooleanSupplier ready, Duration bound) {
    long deadlineNanos = System.nanoTime() + bound.toNanos();
    while (!ready.getAsBoolean()) {
      if (hasEndedWithin(POLL)) {
        throw failure("ended with exit code " + watchdog.exitValue());
      }
      boolean interrupted = Thread.currentThread().isInterrupted();
      if (interrupted || System.nanoTime() > deadlineNanos) {
        kill();
        throw failure(
            interrupted
                ? "was not waited for: interrupted"
                : "was not ready after " + bound.toSeconds() + " s");
      }
    }
  }

  /** Returns whether the process with this id is the server. */
  boolean isServer(long pid) {
    return watchdog.children().anyMatch(child -> child.pid() == pid);
  }

  /**
   * Returns the id of the server's process: the child of the watchdog that is not a shell.
   *
   * @throws IllegalStateException if it has ended
   */
  long pid() {
    Optional<String> shell = watchdog.info().command();
    return watchdog
        .children()
        .filter(child -> !child.info().command().equals(shell))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(name + " has ended"))
        .pid();
  }

  /** Returns the whole log, including that of earlier processes. */
  String log() {
    return logFrom(0);
  }

  /** Returns what this process has logged. */
  String ownLog() {
    return logFrom(logStart);
  }

  /** Stops the server regularly, or by force after 30 s. Does nothing if it has ended. */
  void stop() {
    try {
      watchdog.getOutputStream().write('\n');
      watchdog.getOutputStream().close();
    } catch (IOException e) {
      // The watchdog has ended, and so has the server.
    }
    if (!hasEndedWithin(STOP_BOUND)) {
      kill();
    }
  }

  /** Kills the server and its children with signal 9; returns when they have ended. */
  void kill() {
    List<ProcessHandle> family = watchdog.descendants().toList();
    family.forEach(ProcessHandle::destroyForcibly);
    long deadlineNanos = System.nanoTime() + STOP_BOUND.toNanos();
    while (!hasEndedWithin(POLL) || family.stream().anyMatch(ServerProcess::isRunning)) {
      if (System.nanoTime() > deadlineNanos) {
        throw failure("is still running after signal 9");
      }
    }
  }

  /** Returns whether a process runs. A zombie is also "alive", but has no command. */
  private static boolean isRunning(ProcessHandle handle) {
    return handle.isAlive() && handle.info().command().isPresent();
  }

  /** Waits even if this thread is interrupted: leaving a server running would be worse. */
  private boolean hasEndedWithin(Duration bound) {
    long deadlineNanos = System.nanoTime() + bound.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return watchdog.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private EmbeddedServersException failure(String what) {
    List<String> lines = ownLog().lines().toList();
    String tail =
        lines.stream()
            .skip(Math.max(0, lines.size() - TAIL_LINES))
            .map(line -> "  " + line)
            .collect(Collectors.joining("\n"));
    return new EmbeddedServersException(
        Stream.of(
                name + " " + what,
                "command: " + String.join(" ", command),
                "the end of its log (" + log + "):",
                tail)
            .collect(Collectors.joining("\n")));
  }

  private String logFrom(long offset) {
    try {
      byte[] all = Files.readAllBytes(log);
      return new String(all, (int) offset, all.length - (int) offset, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.diagonal.soak;

import dev.diagonal.soak.Event.Kind;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.ShiftedClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs in a JVM of its own, again and again until one run succeeds. The history gets
 * what each run printed, and what the store holds afterwards.
 */
final class Client {

  private static final int MOST_RUNS = 40;
  private static final int LINES_KEPT = 6;
  private static final Duration CLOCK_SHIFT = Duration.ofHours(30);

  private final String name;
  private final List<String> command;
  private final List<ChaosRelay> relays;
  private final Outcome outcome;
  private final SplittableRandom random;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile @Nullable CommandJvm running;
  private volatile boolean isStopped;

  /** Looks at the store after a run. */
  interface Outcome {

    /** Returns whether the client must run again. */
    boolean ended(boolean isSuccess) throws Exception;
  }

  /**
   * Makes one that has not started.
   *
   * @param relays what it reaches its servers through
   */
  Client(
      String name,
      List<String> command,
      List<ChaosRelay> relays,
      Outcome outcome,
      SplittableRandom random) {
    this.name = name;
    this.command = command;
    this.relays = relays;
    this.outcome = outcome;
    this.random = random;
  }

  List<ChaosRelay> relays() {
    return relays;
  }

  /** Runs the command until it succeeds; to be called once, in a thread of its own. */
  void run(Path directory, History history) {
    try {
      boolean again = true;
      for (int run = 1; run <= MOST_RUNS && again && !isStopped; run++) {
        again = outcome.ended(isSuccess(directory, history));
      }
      if (again) {
        history.add(Kind.UNFINISHED, name, 0, isStopped ? "stopped" : "ran too often");
      }
    } catch (Exception | AssertionError e) {
      history.add(Kind.UNFINISHED, name, 0, "the soak itself failed: " + e);
    } finally {
      done.countDown();
    }
  }

  private boolean isSuccess(Path directory, History history) throws IOException {
    history.add(Kind.STARTED, name, 0, String.join(" ", command));
    try (CommandJvm jvm = CommandJvm.start(directory, jvmOptions(directory, history), command)) {
      running = jvm;
      int status = jvm.await();
      history.add(Kind.ENDED, name, status, lastLines(jvm.said()));
      return status == 0;
    } finally {
      running = null;
    }
  }

  /** One of eight runs has a clock that is more than a day off. */
  private List<String> jvmOptions(Path directory, History history) throws IOException {
    if (random.nextInt(8) != 0) {
      return List.of();
    }
    Duration shift = random.nextBoolean() ? CLOCK_SHIFT : CLOCK_SHIFT.negated();
    history.add(Kind.STRIKE, Strike.CLOCK_SHIFTED.name(), 1, name + " by " + shift);
    return ShiftedClock.jvmOptions(directory, shift);
  }

  private static String lastLines(String text) {
    List<String> lines = text.lines().toList();
    return lines.stream()
        .skip(Math.max(0, lines.size() - LINES_KEPT))
        .collect(Collectors.joining("\n"));
  }

  /** Whether it has a connection to a server. */
  boolean isConnected() {
    return relays.stream().anyMatch(ChaosRelay::isInUse);
  }

  /** Kills its JVM, and returns whether there was one. */
  boolean kill() {
    CommandJvm jvm = running;
    if (jvm == null) {
      return false;
    }
    jvm.kill();
    return true;
  }

  /** Stops its JVM for a while, and returns whether there was one. */
  boolean pause(long millis) throws IOException, InterruptedException {
    CommandJvm jvm = running;
    if (jvm == null || !jvm.process().isAlive()) {
      return false;
    }
    try {
      jvm.pause();
      boolean unused = awaitEnd(Duration.ofMillis(millis));
      jvm.resume();
      return true;
    } catch (IOException e) {
      return false; // it has ended meanwhile
    }
  }

  /** Starts no further run, and ends the one in progress. */
  void stop() {
    isStopped = true;
    boolean unused = kill();
  }

  boolean isDone() {
    return done.getCount() == 0;
  }

  /** Waits for its last run, and returns whether it has ended. */
  boolean awaitEnd(Duration bound) throws InterruptedException {
    return done.await(bound.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public String toString() {
    return name;
  }
}

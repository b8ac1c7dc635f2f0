package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launcher;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Runs a command several times at the same moment. */
final class StartedTogether {

  private static final int COMMANDS = 6;

  private StartedTogether() {}

  /** Asserts that all of them succeed. */
  static void assertAllDone(String... args) {
    Ended ended = run(args);
    assertThat(ended.codes()).as(ended.err()).containsOnly(ExitCode.DONE);
  }

  /** Asserts that at least one succeeds, and that each of the others is refused for this reason. */
  static void assertDoneOrRefused(String reason, String... args) {
    Ended ended = run(args);
    assertThat(ended.codes()).as(ended.err()).contains(ExitCode.DONE);
    assertThat(ended.codes()).as(ended.err()).isSubsetOf(ExitCode.DONE, ExitCode.WRONG_USAGE);
    long refused = ended.codes().stream().filter(ExitCode.WRONG_USAGE::equals).count();
    assertThat(ended.err().lines().filter(line -> line.contains(reason))).hasSize((int) refused);
  }

  private record Ended(List<ExitCode> codes, String err) {}

  private static Ended run(String... args) {
    PrintStream real = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ExecutorService threads = Executors.newFixedThreadPool(COMMANDS);
    System.setErr(new PrintStream(err, true, UTF_8));
    try {
      CyclicBarrier start = new CyclicBarrier(COMMANDS);
      List<CompletableFuture<ExitCode>> all = new ArrayList<>();
      for (int i = 0; i < COMMANDS; i++) {
        all.add(CompletableFuture.supplyAsync(() -> launch(start, args), threads));
      }
      List<ExitCode> codes = all.stream().map(CompletableFuture::join).toList();
      return new Ended(codes, err.toString(UTF_8));
    } finally {
      threads.shutdown();
      System.setErr(real);
    }
  }

  private static ExitCode launch(CyclicBarrier start, String... args) {
    try {
      start.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return new Launcher(Main.COMMANDS, Optional.empty()).launch(List.of(args));
  }
}

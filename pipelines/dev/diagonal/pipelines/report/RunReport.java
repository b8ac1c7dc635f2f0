package dev.diagonal.pipelines.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.internal.fault.DeadLetterCounts;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.output.WholeFile;
import dev.diagonal.internal.metrics.BatchTotals;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.internal.textfile.DeadLetterFile;
import dev.diagonal.pipelines.progress.RunSamples;
import java.io.IOException;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records a run and writes its report: one HTML file that needs no network. Start it before the
 * run; write it after the run, whether it went well or not; close it in any case.
 */
public final class RunReport implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_SECONDS_FOR_SERVERS = 5;

  private final String path;
  private final String command;
  private final List<String> args;
  private final List<String> job;
  private final String started =
      ZonedDateTime.now(ZoneId.systemDefault())
          .truncatedTo(ChronoUnit.SECONDS)
          .format(DateTimeFormatter.RFC_1123_DATE_TIME);
  private final RunRecorder recorder = RunRecorder.start();
  private final RunSamples samples;

  private RunReport(
      String path,
      String command,
      List<String> args,
      List<String> job,
      Supplier<Map<Counted, Long>> counts) {
    this.path = path;
    this.command = command;
    this.args = List.copyOf(args);
    this.job = List.copyOf(job);
    this.samples = RunSamples.start(counts);
  }

  /**
   * Starts to record.
   *
   * @param path of the report
   * @param args the options as they were given
   * @param job what the run is to do, one line each
   * @param counts what the run has counted so far, whenever it is asked; empty if that is unknown
   */
  public static RunReport start(
      String path,
      String command,
      List<String> args,
      List<String> job,
      Supplier<Map<Counted, Long>> counts) {
    return new RunReport(path, command, args, job, counts);
  }

  @Override
  public void close() {
    recorder.close();
    samples.close();
  }

  /**
   * Writes the report.
   *
   * @param summary the summary of the run, as its JSON
   * @param badRecords the file of its dead letters, or null
   * @param onCluster whether the rows were written by other processes
   * @throws IOException if the report cannot be written
   */
  public void write(Object summary, @Nullable String badRecords, boolean onCluster)
      throws IOException {
    close();
    List<String> gaps = new ArrayList<>();
    if (onCluster) {
      gaps.add(
          "The rows were written by the workers of a cluster. Counts come from its REST API; which"
              + " batch ran when, and how long it took, is known to its workers only. Memory and"
              + " processors are those of the command, not of the workers.");
    }
    Map<String, Map<String, Long>> servers = servers(gaps);
    Map<String, BatchTotals> totals = new TreeMap<>(recorder.totals());
    totals.values().removeIf(target -> target.batches() == 0);
    RunFacts facts =
        new RunFacts(
            command,
            started,
            Versions.lines(),
            ShownOptions.of(args),
            ShownOptions.of(job),
            JSON.valueToTree(summary),
            samples.samples(),
            List.copyOf(totals.values()),
            recorder.batches(),
            recorder.step(),
            recorder.stages(),
            servers,
            reasons(badRecords, gaps),
            Runtime.getRuntime().availableProcessors(),
            Runtime.getRuntime().maxMemory(),
            gaps);
    byte[] page = ReportPage.of(facts).getBytes(UTF_8);
    WholeFile.at(path).write(out -> out.write(page));
  }

  /** Asks the servers, which may be gone by now, and does not wait long for them. */
  private Map<String, Map<String, Long>> servers(List<String> gaps) {
    Map<String, Map<String, Long>> grown = new LinkedHashMap<>();
    try {
      CompletableFuture.supplyAsync(recorder::serversNow)
          .get(MOST_SECONDS_FOR_SERVERS, TimeUnit.SECONDS)
          .forEach(
              (name, figures) -> {
                if (figures.gap() == null) {
                  grown.put(name, figures.grown());
                } else {
                  gaps.add("%s did not report its counts: %s".formatted(name, figures.gap()));
                }
              });
    } catch (ExecutionException | TimeoutException e) {
      gaps.add("The servers did not report their counts in time.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return grown;
  }

  private static List<DeadLetterCounts.Reason> reasons(
      @Nullable String badRecords, List<String> gaps) {
    if (badRecords == null) {
      return List.of();
    }
    try {
      return DeadLetterFile.counts(badRecords).byReason();
    } catch (IOException | RuntimeException e) {
      gaps.add(
          "The dead letters in %s could not be read: %s".formatted(badRecords, Reason.ofFile(e)));
      return List.of();
    }
  }
}

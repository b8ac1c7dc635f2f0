package dev.diagonal.pipelines.report;

import static dev.diagonal.pipelines.report.Figures.count;

import dev.diagonal.internal.bytes.Printable;
import dev.diagonal.internal.metrics.BatchTotals;
import dev.diagonal.internal.metrics.GridPlace;
import dev.diagonal.internal.metrics.HotIds;
import dev.diagonal.internal.metrics.LeaseUse;
import dev.diagonal.internal.metrics.RecordedBatch;
import dev.diagonal.pipelines.report.Lanes.Span;
import dev.diagonal.pipelines.report.Sections.Figure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The sections about batches: the grid, who wrote when, and how long it took. */
final class BatchSections {

  private static final int HOTTEST_IDS = 10;

  private final Markup page;
  private final RunFacts run;

  BatchSections(Markup page, RunFacts run) {
    this.page = page;
    this.run = run;
  }

  void add() {
    run.targets().stream().filter(target -> target.grid() != null).forEach(this::grid);
    run.targets().forEach(this::timeline);
    if (!run.targets().isEmpty()) {
      latencies();
    }
  }

  private void grid(BatchTotals target) {
    GridPlace place = target.grid();
    Sections.open(page, "grid", "The grid");
    Sections.note(page, target.target());
    Sections.figures(
        page,
        List.of(
            new Figure("in progress on average", decimal(target.averageOpen())),
            new Figure("possible by the rows", decimal(Limit.possibleWidth(target))),
            new Figure("workers allowed", String.valueOf(place == null ? 0 : place.maxWorkers())),
            new Figure("rows in the fullest slot", Figures.percent(target.hottestSlotShare()))));
    page.raw(HeatMap.draw("Rows of each cell of the grid", target.rowsOfCell()));
    boolean oneSide = place != null && place.columnSlot() == place.column();
    Sections.note(
        page,
        "Rows of each cell, with the sums of rows (right) and columns (below). %s"
            .formatted(
                oneSide
                    ? "Row and column of the same number are one slot; cells that share a slot"
                        + " never run at the same time."
                    : "Cells of the same row or column never run at the same time."));
    hottestIds(target, oneSide);
    page.close();
  }

  private void hottestIds(BatchTotals target, boolean oneSide) {
    List<List<String>> rows = new ArrayList<>();
    if (oneSide) {
      addIds(rows, "either", target.ends());
    } else {
      addIds(rows, "source", target.sources());
      addIds(rows, "target", target.targets());
    }
    boolean isEstimate = target.sources().isEstimate();
    if (rows.isEmpty() && !isEstimate) {
      return;
    }
    page.element("h3", "The ids with the most rows");
    if (isEstimate) {
      Sections.note(page, estimates(target.sources().fewestRows(), rows.isEmpty()));
    }
    if (!rows.isEmpty()) {
      Sections.table(page, 2, List.of("id", "end", "rows"), rows);
    }
  }

  private static String estimates(long fewestRows, boolean noneIsHot) {
    String sample = "Of a large load, one row in 16 is counted";
    return noneIsHot
        ? "No id has %s rows or more, by an estimate. %s, and an estimate of fewer rows is chance."
            .formatted(count(fewestRows), sample)
        : "Estimates with a standard error of up to 12 %%. %s. Ids with fewer than %s rows are left out."
            .formatted(sample, count(fewestRows));
  }

  private static void addIds(List<List<String>> rows, String end, HotIds ids) {
    for (HotIds.HotId each : ids.hottest(HOTTEST_IDS)) {
      rows.add(List.of(Printable.line(String.valueOf(each.id())), end, count(each.rows())));
    }
  }

  private void timeline(BatchTotals target) {
    Map<String, Integer> lanes = new LinkedHashMap<>();
    List<Span> spans = new ArrayList<>();
    boolean isGrid = target.grid() != null;
    for (RecordedBatch batch : run.batches()) {
      if (batch.target().equals(target.target())) {
        int lane = lanes.computeIfAbsent(batch.worker(), name -> lanes.size() + 1);
        spans.add(span(batch, lane, isGrid));
      }
    }
    Sections.open(page, "timeline", "Batches over time");
    Sections.note(page, target.target());
    if (target.leases() > 0) {
      leases(target);
    }
    page.raw(Lanes.draw("Batches by worker over time", spans, run.seconds()));
    Sections.note(
        page,
        "%s batches by %s workers; one lane per worker%s. A red border marks batches that were repeated or failed.%s%s"
            .formatted(
                count(target.batches()),
                count(target.workers()),
                isGrid ? ", one colour per cell" : "",
                isGrid ? " A line before a batch is its wait for a worker and its slots." : "",
                run.step() > 1 ? " One batch in %s is shown.".formatted(run.step()) : ""));
    page.close();
  }

  private void leases(BatchTotals target) {
    Sections.figures(
        page,
        List.of(
            new Figure("attempts, one lease each", count(target.leases())),
            new Figure("of batches that were tried before", count(target.retries())),
            new Figure("failed attempts", count(target.failures())),
            new Figure("leases renewed", count(target.renewals())),
            new Figure("leases lost", count(target.lostLeases()))));
  }

  private static Span span(RecordedBatch batch, int lane, boolean isGrid) {
    LeaseUse lease = batch.lease();
    String title =
        String.format(
            Locale.ROOT,
            "%s%,d rows in %s, %s%s",
            isGrid ? "cell " + batch.row() + "," + batch.column() + ": " : "",
            batch.rows(),
            Figures.time(batch.nanos() / 1e9),
            lease == null ? attempts(batch) : attempt(lease),
            batch.failed() ? ", failed" : "");
    boolean isRepeated = batch.attempts() > 1 || (lease != null && lease.attempt() > 1);
    return new Span(
        "w" + lane,
        batch.startNanos() / 1e9,
        batch.nanos() / 1e9,
        batch.waitNanos() / 1e9,
        isGrid ? batch.row() * 31 + batch.column() : -1,
        batch.failed() || isRepeated,
        title);
  }

  private static String attempts(RecordedBatch batch) {
    return "after a wait of %s, %s"
        .formatted(
            Figures.time(batch.waitNanos() / 1e9),
            batch.attempts() == 1 ? "1 attempt" : batch.attempts() + " attempts");
  }

  private static String attempt(LeaseUse lease) {
    return "attempt %s of batch %s, its lease %s"
        .formatted(
            lease.attempt(),
            lease.batch(),
            lease.lost() ? "lost" : "renewed " + lease.renewals() + " times");
  }

  private void latencies() {
    Sections.open(page, "latencies", "How long batches took");
    List<List<String>> times = new ArrayList<>();
    List<List<String>> sizes = new ArrayList<>();
    for (BatchTotals target : run.targets()) {
      times.add(times(target.target(), target.micros()));
      if (target.waitMicros().getMaxValue() > 0) {
        times.add(times("  waiting for a worker and slots", target.waitMicros()));
      }
      Histogram rows = target.rowsPerBatch();
      sizes.add(
          List.of(
              target.target(),
              count(target.batches()),
              count(target.rows()),
              count(rows.getValueAtPercentile(50)),
              count(rows.getMaxValue()),
              count(target.retries()),
              count(target.failures())));
    }
    Sections.table(page, 1, List.of("target", "p50", "p90", "p99", "max"), times);
    page.element("h3", "Sizes and retries");
    Sections.table(
        page,
        1,
        List.of("target", "batches", "rows", "p50 rows", "max rows", "retries", "failed"),
        sizes);
    page.close();
  }

  private static List<String> times(String name, Histogram micros) {
    return List.of(
        name,
        time(micros.getValueAtPercentile(50)),
        time(micros.getValueAtPercentile(90)),
        time(micros.getValueAtPercentile(99)),
        time(micros.getMaxValue()));
  }

  private static String time(long micros) {
    return Figures.time(micros / 1e6);
  }

  private static String decimal(double number) {
    return Figures.decimal(number);
  }
}

package dev.diagonal.pipelines.report;

import static dev.diagonal.pipelines.report.Figures.count;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.fault.DeadLetterCounts;
import dev.diagonal.internal.metrics.RecordedBatch;
import dev.diagonal.pipelines.progress.RunSamples.Sample;
import dev.diagonal.pipelines.report.LineChart.Line;
import dev.diagonal.pipelines.report.LineChart.Point;
import dev.diagonal.pipelines.report.Sections.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Makes the page of a run: sections in the order of what a reader wants to know. */
final class ReportPage {

  /**
   * Rates are averages over at least this part of a run, or they would jump from block to block.
   */
  private static final int RATES = 60;

  private static final int SHOWN_REASONS = 20;

  private final RunFacts run;
  private final Markup page = new Markup();

  private ReportPage(RunFacts run) {
    this.run = run;
  }

  /** Returns the page. */
  static String of(RunFacts run) {
    return new ReportPage(run).page();
  }

  private String page() {
    String title = "%s: %s".formatted(run.command(), run.isDone() ? "done" : "failed");
    page.open("html", "lang", "en").open("head");
    page.empty("meta", "charset", "utf-8");
    page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    page.empty("link", "rel", "icon", "href", "data:,");
    page.element("title", title + " - Diagonal");
    page.open("style").raw(Style.SHEET).close().close().open("body");
    header();
    limit();
    receipt();
    speed();
    WorkSections.addStages(page, run);
    new BatchSections(page, run).add();
    PlanSection.add(page, run);
    process();
    WorkSections.addServers(page, run);
    deadLetters();
    whatRan();
    gaps();
    page.open("script", "type", "application/json", "id", "data").raw(ReportData.json(run)).close();
    return "<!DOCTYPE html>\n" + page.close().close();
  }

  private void header() {
    String failure = run.failure();
    page.open("header");
    page.element(
        "p",
        run.isDone() ? "DONE" : "FAILED",
        "class",
        run.isDone() ? "state done" : "state failed");
    page.element("h1", verdict());
    if (failure != null) {
      page.element("p", failure);
    }
    page.element("p", "Started " + run.started(), "class", "soft").close();
  }

  private String verdict() {
    return String.format(
        Locale.ROOT,
        "%s %s in %s: %,d rows read, %,d written, %,d bad records",
        run.command(),
        run.isDone() ? "ended well" : "failed",
        Figures.time(run.seconds()),
        run.rowsRead(),
        run.rowsWritten(),
        run.badRecords());
  }

  private void limit() {
    Limit limit = Limit.of(run);
    Sections.open(page, "limit", "What limited this run");
    page.element("p", limit.reason());
    page.element("p", limit.advice(), "class", "soft").close();
  }

  private void receipt() {
    Sections.open(page, "receipt", "Receipt");
    Sections.figures(
        page,
        List.of(
            new Figure("rows read", count(run.rowsRead())),
            new Figure("rows written", count(run.rowsWritten())),
            new Figure("bad records", count(run.badRecords())),
            new Figure(
                "rows per second",
                count(Math.round(run.rowsRead() / Math.max(run.seconds(), 1e-3)))),
            new Figure("time", Figures.time(run.seconds()))));
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode output : run.summary().path("outputs")) {
      rows.add(
          List.of(
              output.path("sink").asText(),
              output.path("target").asText(),
              count(RunFacts.written(output)),
              changes(output.path("changes"), "added"),
              changes(output.path("changes"), "changed"),
              changes(output.path("changes"), "unchanged")));
    }
    if (!rows.isEmpty()) {
      Sections.table(
          page, 2, List.of("sink", "target", "rows", "new", "changed", "unchanged"), rows);
    }
    for (JsonNode remark : run.summary().path("remarks")) {
      Sections.note(page, remark.asText());
    }
    page.close();
  }

  private static String changes(JsonNode changes, String name) {
    return changes.has(name) ? count(changes.path(name).asLong()) : "";
  }

  private void speed() {
    if (run.samples().size() < 3) {
      return;
    }
    Sections.open(page, "speed", "Rows per second");
    page.raw(
        LineChart.draw(
            "Rows per second over time",
            List.of(new Line("read", rates(Sample::rowsRead)), new Line("written", written())),
            Figures::brief));
    Sections.note(
        page,
        "Averages over %s. A row counts as read when its block is read, and as written when its batch is committed; one that is written to two sinks counts twice."
            .formatted(Figures.time(rateSeconds())));
    page.close();
  }

  /** Returns the rates of writing: of batches if any were recorded, as counters may come late. */
  private List<Point> written() {
    if (run.batches().isEmpty()) {
      return rates(Sample::rowsWritten);
    }
    double width = rateSeconds();
    double[] rows = new double[(int) (lastSeconds() / width) + 1];
    for (RecordedBatch batch : run.batches()) {
      int place = (int) ((batch.startNanos() + batch.nanos()) / 1e9 / width);
      rows[Math.min(place, rows.length - 1)] += batch.rows() * run.step();
    }
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      points.add(new Point((i + 0.5) * width, rows[i] / width));
    }
    return points;
  }

  private double lastSeconds() {
    return run.samples().get(run.samples().size() - 1).seconds();
  }

  private double rateSeconds() {
    return Math.max(0.5, lastSeconds() / RATES);
  }

  private List<Point> rates(ToDoubleFunction<Sample> rows) {
    List<Point> points = new ArrayList<>();
    Sample from = run.samples().get(0);
    for (Sample to : run.samples()) {
      double seconds = to.seconds() - from.seconds();
      if (seconds >= rateSeconds()) {
        double rate = (rows.applyAsDouble(to) - rows.applyAsDouble(from)) / seconds;
        points.add(new Point((from.seconds() + to.seconds()) / 2, Math.max(0, rate)));
        from = to;
      }
    }
    return points;
  }

  private void process() {
    if (run.samples().size() < 2) {
      return;
    }
    Sections.open(page, "process", "This process");
    double heap = run.samples().stream().mapToDouble(Sample::heapBytes).max().orElse(0);
    Sections.figures(
        page,
        List.of(
            new Figure(
                "processors in use, of " + run.processors(),
                Figures.decimal(run.cpuSeconds() / Math.max(run.seconds(), 1e-3))),
            new Figure("processor time", Figures.time(run.cpuSeconds())),
            new Figure("garbage collection", Figures.time(run.gcSeconds())),
            new Figure(
                "most heap, of " + Figures.mebibytes((double) run.maxHeapBytes()),
                Figures.mebibytes(heap))));
    page.element("h3", "Heap in use, garbage included");
    page.raw(
        LineChart.draw(
            "Heap in use over time",
            List.of(
                new Line(
                    "heap",
                    run.samples().stream()
                        .map(each -> new Point(each.seconds(), each.heapBytes() / Figures.MIB))
                        .toList())),
            mebibytes -> Figures.mebibytes(mebibytes * Figures.MIB)));
    page.element("h3", "Processors in use");
    page.raw(
        LineChart.draw(
            "Processors in use over time",
            List.of(new Line("processors", rates(Sample::cpuSeconds))),
            Figures::brief));
    page.close();
  }

  private void deadLetters() {
    if (run.deadLetters().isEmpty()) {
      return;
    }
    Sections.open(page, "dead-letters", "Dead letters by reason");
    for (DeadLetterCounts.Reason reason :
        run.deadLetters().subList(0, Math.min(SHOWN_REASONS, run.deadLetters().size()))) {
      page.element("h3", "%s × %s".formatted(count(reason.count()), reason.reason()));
      for (DeadLetter sample : reason.samples()) {
        page.element("pre", sample.describe());
      }
    }
    if (run.deadLetters().size() > SHOWN_REASONS) {
      Sections.note(page, (run.deadLetters().size() - SHOWN_REASONS) + " more reasons");
    }
    page.close();
  }

  private void whatRan() {
    Sections.open(page, "what-ran", "What ran");
    page.element("pre", run.command() + " \\\n    " + String.join(" \\\n    ", run.options()));
    if (!run.job().isEmpty()) {
      page.element("h3", "What was planned");
      page.element("pre", String.join("\n", run.job()));
    }
    page.element("h3", "Versions");
    page.element("pre", String.join("\n", run.versions())).close();
  }

  private void gaps() {
    if (run.gaps().isEmpty()) {
      return;
    }
    Sections.open(page, "gaps", "What this report does not know");
    run.gaps().forEach(gap -> page.element("p", gap));
    page.close();
  }
}

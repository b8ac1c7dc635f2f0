package dev.diagonal.pipelines.report;

import static dev.diagonal.pipelines.report.Figures.count;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.pipelines.report.Lanes.Span;
import java.util.ArrayList;
import java.util.List;

/** The section about the tasks of a plan: a Gantt chart, and the tree with its counts. */
final class PlanSection {

  private static final int LABEL = 9;

  private PlanSection() {}

  static void add(Markup page, RunFacts run) {
    run.plan().ifPresent(plan -> add(page, run, plan));
  }

  private static void add(Markup page, RunFacts run, JsonNode plan) {
    List<Span> spans = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    collect(plan, 0, spans, rows);
    Sections.open(page, "plan", "The plan");
    page.raw(Lanes.draw("Tasks over time", spans, run.seconds()));
    Sections.table(
        page, 2, List.of("task", "state", "read", "written", "bad", "start", "time"), rows);
    page.close();
  }

  private static void collect(JsonNode node, int depth, List<Span> spans, List<List<String>> rows) {
    String name = node.path("name").asText();
    String state = node.path("state").asText();
    double start = node.path("started").asDouble();
    double seconds = node.path("seconds").asDouble();
    boolean ran = state.equals("DONE") || state.equals("FAILED");
    boolean isTask = node.path("kind").asText().equals("task");
    rows.add(
        List.of(
            "\u00a0\u00a0".repeat(depth) + name,
            state.toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
            count(node.path("rows_read").asLong()),
            count(node.path("rows_written").asLong()),
            count(node.path("bad_records").asLong()),
            ran ? Figures.time(start) : "",
            ran ? Figures.time(seconds) : ""));
    if (isTask && ran) {
      spans.add(
          new Span(
              name.length() <= LABEL ? name : name.substring(0, LABEL - 1) + "…",
              start,
              seconds,
              0,
              -1,
              state.equals("FAILED"),
              "%s: %s, %s rows written"
                  .formatted(
                      name, Figures.time(seconds), count(node.path("rows_written").asLong()))));
    }
    node.path("children").forEach(child -> collect(child, depth + 1, spans, rows));
  }
}

package dev.diagonal.pipelines.report;

import dev.diagonal.internal.metrics.StageTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The sections about who worked and who waited: the stages of a transfer, and the servers. */
final class WorkSections {

  private WorkSections() {}

  /** Adds the time of stages, if any were recorded. */
  static void addStages(Markup page, RunFacts run) {
    if (run.stages().isEmpty()) {
      return;
    }
    Sections.open(page, "stages", "Where the time of the stages went");
    List<List<String>> rows = new ArrayList<>();
    for (Map.Entry<String, StageTime> each : run.stages().entrySet()) {
      StageTime time = each.getValue();
      rows.add(
          List.of(
              each.getKey(),
              Figures.time(time.nanos() / 1e9),
              share(time.busyNanos(), time),
              share(time.waitedForRows(), time),
              share(time.waitedForNext(), time)));
    }
    Sections.table(
        page,
        1,
        List.of("stage", "all threads", "at work", "waited for rows", "waited for the next stage"),
        rows);
    Sections.note(
        page,
        "Each reader has a thread for each stage. Time at work includes waits for files and"
            + " servers. The stage that is at work most sets the pace.");
    page.close();
  }

  private static String share(long nanos, StageTime of) {
    return Figures.percent((double) nanos / Math.max(1, of.nanos()));
  }

  /** Adds by how much the counts of servers grew, if any is known. */
  static void addServers(Markup page, RunFacts run) {
    if (run.servers().values().stream().allMatch(Map::isEmpty)) {
      return;
    }
    Sections.open(page, "servers", "The servers");
    run.servers().forEach((name, grown) -> addServer(page, name, grown));
    Sections.note(page, "How much their counters grew during the run, for all of their clients.");
    page.close();
  }

  private static void addServer(Markup page, String name, Map<String, Long> grown) {
    if (grown.isEmpty()) {
      return;
    }
    page.element("h3", name);
    List<Sections.Figure> figures = new ArrayList<>();
    grown.forEach((figure, count) -> figures.add(figure(figure, count)));
    Sections.figures(page, figures);
  }

  private static Sections.Figure figure(String name, long count) {
    if (name.endsWith("_bytes")) {
      return new Sections.Figure(words(name, "_bytes"), Figures.mebibytes((double) count));
    } else if (name.endsWith("_millis")) {
      return new Sections.Figure(words(name, "_millis"), Figures.time(count / 1e3));
    }
    return new Sections.Figure(words(name, ""), Figures.count(count));
  }

  private static String words(String name, String unit) {
    String words = name.substring(0, name.length() - unit.length()).replace('_', ' ');
    return words.startsWith("wal") ? "WAL" + words.substring(3) : words;
  }
}

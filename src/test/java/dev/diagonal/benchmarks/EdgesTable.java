package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeLoad.Way;
import dev.diagonal.benchmarks.EdgeTrial.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The trials as tables of Markdown. */
final class EdgesTable {

  private static final List<Way> RIVALS = List.of(Way.SERIAL, Way.SORTED, Way.WAVES);

  private EdgesTable() {}

  /** How long each way took, and how many times as long as ours. */
  static String seconds(List<EdgeTrial> trials) {
    StringBuilder table =
        new StringBuilder(
            "| condition | edges | workers | serial | arrival order | sorted | waves | Diagonal |"
                + " folded | Diagonal is, to serial / sorted / waves |\n"
                + "|---|---|---:|---:|---:|---:|---:|---:|---:|---|\n");
    for (EdgeTrial trial : trials) {
      table.append(start(trial));
      for (Way way : Way.values()) {
        Figures figures = trial.of(way);
        table.append(figures == null ? " |" : " %.2f s |".formatted(figures.seconds()));
      }
      table.append(' ').append(ratios(trial)).append(" |\n");
    }
    return table.toString();
  }

  /** What the server saw of each way, and how many transactions were open. */
  static String conflicts(List<EdgeTrial> trials) {
    StringBuilder table =
        new StringBuilder(
            "| condition | edges | workers | serial | arrival order | sorted | waves | Diagonal |"
                + " folded |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
    for (EdgeTrial trial : trials) {
      table.append(start(trial));
      for (Way way : Way.values()) {
        Figures figures = trial.of(way);
        table.append(
            figures == null
                ? " |"
                : String.format(
                    Locale.ROOT,
                    " %,d / %,d / %.1f |",
                    figures.rowLockWaits(),
                    figures.deadlocks(),
                    figures.open()));
      }
      table.append('\n');
    }
    return table.toString();
  }

  private static String start(EdgeTrial trial) {
    EdgeCase what = trial.what();
    return "| %s | %s | %d |".formatted(what.condition().words(), what.graph(), what.workers());
  }

  private static String ratios(EdgeTrial trial) {
    Figures ours = trial.of(Way.DIAGONAL);
    List<String> ratios = new ArrayList<>();
    for (Way way : RIVALS) {
      Figures theirs = trial.of(way);
      ratios.add(
          ours == null || theirs == null
              ? "-"
              : "%.2fx".formatted(theirs.seconds() / ours.seconds()));
    }
    return String.join(" / ", ratios);
  }
}

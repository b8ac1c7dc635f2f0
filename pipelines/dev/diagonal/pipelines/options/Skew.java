package dev.diagonal.pipelines.options;

import dev.diagonal.grid.Schedule;
import dev.diagonal.internal.bytes.Printable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;

/**
 * What limited how many transactions of a conflict-free write were open at a time.
 *
 * @param rows the rows of all batches
 * @param spreadsHubs whether the rows of hot ids are spread over all slots
 */
record Skew(Schedule schedule, long rows, boolean spreadsHubs, MetricQueryResults metrics) {

  private static final String ROWS_OF_SLOT = "rows_of_slot_";
  private static final String ROWS_OF_CELL = "rows_of_cell_";

  /** The hot ids, by the end at which they are. */
  private static final Map<String, String> ROWS_OF_IDS =
      Map.of("rows_of_id_", "id", "rows_of_source_", "source", "rows_of_target_", "target");

  /** The rows of a slot, a cell or an id. */
  private record Part(String name, long rows) {}

  List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    Part slot = largest(ROWS_OF_SLOT, "slot ");
    if (slot.rows > 0) {
      remarks.add(
          String.format(
              Locale.ROOT,
              "the hottest of %d slots had %.0f %% of the rows: room for about %.1f transactions at"
                  + " a time%s",
              schedule.slots(),
              percent(slot),
              (double) rows / slot.rows,
              hub(slot)));
    }
    Part cell = largest(ROWS_OF_CELL, "cell "); // no rows if there are too many cells to count
    if (cell.rows > 0) {
      remarks.add(
          String.format(
              Locale.ROOT,
              "the largest of %d cells had %,d rows, %.1f times the mean",
              schedule.cells(),
              cell.rows,
              (double) cell.rows * schedule.cells() / rows));
    }
    return remarks;
  }

  /** Returns the id that has at least half of the rows of the hottest slot, if there is one. */
  private String hub(Part slot) {
    Part hub = new Part("", 0);
    for (Map.Entry<String, String> each : ROWS_OF_IDS.entrySet()) {
      Part largest = largest(each.getKey(), each.getValue() + " ");
      hub = largest.rows > hub.rows ? largest : hub;
    }
    return spreadsHubs || 2 * hub.rows < slot.rows
        ? ""
        : String.format(
            Locale.ROOT, "; %s alone had %.0f %%", Printable.line(hub.name), percent(hub));
  }

  private double percent(Part part) {
    return 100.0 * part.rows / rows;
  }

  /** Returns the largest of the parts that are counted with this prefix; one of 0 rows if none. */
  private Part largest(String prefix, String noun) {
    Map<String, Long> parts = new HashMap<>();
    for (MetricResult<Long> counter : metrics.getCounters()) {
      String name = counter.getName().getName();
      if (name.startsWith(prefix)) {
        parts.merge(name.substring(prefix.length()), ParallelWrite.counted(counter), Long::sum);
      }
    }
    return parts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(most -> new Part(noun + most.getKey(), most.getValue()))
        .orElse(new Part("", 0));
  }
}

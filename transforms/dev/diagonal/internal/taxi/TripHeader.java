package dev.diagonal.internal.taxi;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.csv.HeaderColumns;
import dev.diagonal.internal.metrics.Counted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.metrics.Metrics;

/** Finds the columns of trips in a file, by the names that the file uses. */
final class TripHeader {

  private static final int ABSENT = -1;

  private final HeaderColumns names;
  private final int[] positions = new int[TripColumn.values().length];
  private final List<String> unknown = new ArrayList<>();

  private TripHeader(HeaderColumns names) {
    this.names = names;
    Arrays.fill(positions, ABSENT);
  }

  /**
   * Parses the first line of a file.
   *
   * @throws BadInputException if there is none, a column of the zones is missing, or a column
   *     occurs twice, under one name or two
   */
  static TripHeader of(TextFile file, String delimiter) {
    TripHeader header = new TripHeader(HeaderColumns.of(file, delimiter));
    for (int i = 0; i < header.names.count(); i++) {
      String name = header.names.names().get(i);
      TripColumn column = TripColumn.named(name);
      if (column == null) {
        header.unknown.add(name);
      } else if (header.has(column)) {
        throw new BadInputException(
            "the header of %s has the same column twice: '%s' and '%s'"
                .formatted(file.name(), header.nameOf(column), name));
      } else {
        header.positions[column.index()] = i;
      }
    }
    for (TripColumn column : TripColumn.values()) {
      if (column.isRequired() && !header.has(column)) {
        int unused = header.names.position(column.headers().get(0)); // throws
      }
    }
    return header;
  }

  /** Returns how many fields each line must have. */
  int width() {
    return names.count();
  }

  boolean has(TripColumn column) {
    return positions[column.index()] != ABSENT;
  }

  /** Returns the field of a column that the file has. */
  int position(TripColumn column) {
    return positions[column.index()];
  }

  /** Returns whether the column at a position is one of trips. */
  boolean reads(int position) {
    return Arrays.stream(positions).anyMatch(each -> each == position);
  }

  /** Returns the name in the file of a column that it has. */
  String nameOf(TripColumn column) {
    return names.names().get(position(column));
  }

  /**
   * Counts the columns that this file lacks, and its columns that trips do not have, for the
   * summary. Call it on a thread that runs a DoFn.
   */
  void report() {
    Set<TripColumn> missing = EnumSet.allOf(TripColumn.class);
    missing.removeIf(this::has);
    missing.forEach(column -> count(TripRemarks.MISSING, column.sqlName()));
    unknown.stream().limit(TripRemarks.MOST).forEach(name -> count(TripRemarks.UNKNOWN, name));
  }

  private static void count(String prefix, String name) {
    Metrics.counter(Counted.NAMESPACE, prefix + TripRemarks.shown(name)).inc();
  }
}

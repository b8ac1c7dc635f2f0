package dev.diagonal.rows;

import java.io.IOException;
import java.util.function.Supplier;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Suppliers;

/**
 * Where rows come from: a file or table, and how many lines stand before the first row that was
 * read of it, which is only counted when somebody asks.
 */
public final class RowOrigin {

  /** Counts the lines before a range of a file. */
  @FunctionalInterface
  public interface LineCount {
    long count() throws IOException;
  }

  private final String place;
  private final boolean rows;
  private final Supplier<Long> linesBefore;

  public RowOrigin(String place, LineCount linesBefore) {
    this(place, false, linesBefore);
  }

  private RowOrigin(String place, boolean rows, LineCount linesBefore) {
    this.place = place;
    this.rows = rows;
    this.linesBefore =
        Suppliers.memoize(
            () -> {
              try {
                return linesBefore.count();
              } catch (IOException e) {
                return -1L;
              }
            });
  }

  /** Returns a place whose lines are counted from its start, or that has none. */
  public static RowOrigin of(String place) {
    return new RowOrigin(place, () -> 0);
  }

  /** Returns a file of numbered rows: the offset of a row is its number, from 0. */
  public static RowOrigin ofRows(String place) {
    return new RowOrigin(place, true, () -> 0);
  }

  /** Whether offsets are numbers of rows, and not of bytes. */
  public boolean countsRows() {
    return rows;
  }

  public String place() {
    return place;
  }

  /** Returns the line in the file of a line of the range, from 1; or -1 if it cannot be told. */
  public long lineInFile(long lineInRange) {
    long before = linesBefore.get();
    return before < 0 ? -1 : before + lineInRange;
  }
}

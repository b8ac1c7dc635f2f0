package dev.diagonal.internal.rows;

import java.io.IOException;
import java.util.function.Supplier;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Suppliers;

/**
 * The origin of rows: a file or table, and the number of lines before the first row, which is
 * counted only on demand.
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

  /** Returns an origin without lines, or whose lines are counted from its start. */
  public static RowOrigin of(String place) {
    return new RowOrigin(place, () -> 0);
  }

  /** Returns a file of numbered rows: the offset of a row is its number, from 0. */
  public static RowOrigin ofRows(String place) {
    return new RowOrigin(place, true, () -> 0);
  }

  /** Returns whether offsets are row numbers instead of bytes. */
  public boolean countsRows() {
    return rows;
  }

  public String place() {
    return place;
  }

  /** Returns the line in the file, from 1, of a line of the range; -1 if it is unknown. */
  public long lineInFile(long lineInRange) {
    long before = linesBefore.get();
    return before < 0 ? -1 : before + lineInRange;
  }
}

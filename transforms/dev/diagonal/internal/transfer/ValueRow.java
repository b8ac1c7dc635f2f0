package dev.diagonal.internal.transfer;

import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.jspecify.annotations.Nullable;

/** The values of one row, as objects or null. Immutable. */
public final class ValueRow {

  private final @Nullable Object[] values;

  ValueRow(@Nullable Object[] values) {
    this.values = values;
  }

  /** Returns the coder: a byte for the class of each value, then the value. */
  public static Coder<ValueRow> coder() {
    return ValueRowCoder.OF;
  }

  /** Returns the value of a column, by its position from 0. */
  public @Nullable Object get(int column) {
    return values[column];
  }

  int size() {
    return values.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ValueRow row && Arrays.deepEquals(values, row.values);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(values);
  }

  /** Returns the values as a list, for dead letters. */
  @Override
  public String toString() {
    List<@Nullable Object> shown = Arrays.asList(values);
    return shown.toString();
  }
}

package dev.diagonal.internal.jdbc.dialect;

import org.jspecify.annotations.Nullable;

/** Prepares the values of a column for the driver. */
@FunctionalInterface
public interface ColumnValue {

  /**
   * Returns the object to be bound.
   *
   * @throws IllegalArgumentException if the column would store another value
   */
  @Nullable Object of(@Nullable Object value);
}

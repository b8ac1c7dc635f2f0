package dev.diagonal.jdbc.table;

import java.io.Serializable;

/**
 * Puts a record's values for a row of a {@link Table}, one for each column, in the table's order.
 *
 * <p>Called by several threads, each with its own {@link RowValues}.
 */
@FunctionalInterface
public interface RowBinder<T> extends Serializable {

  void bind(T row, RowValues values) throws Exception;
}

package dev.diagonal.jdbc.table;

import java.io.Serializable;

/**
 * Binds the values of a record to the columns of a {@link Table}, one value per column, in order.
 *
 * <p>Called by several threads, each with its own {@link RowValues}.
 */
@FunctionalInterface
public interface RowBinder<T> extends Serializable {

  void bind(T row, RowValues values) throws Exception;
}

package dev.diagonal.internal.jdbc.dialect;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.RowBlock;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Copies the value of a column from the current row of a result to that of a block. */
@FunctionalInterface
public interface ResultValue {

  /**
   * Sets a column of the block; returns false, with nothing set, if the value is null.
   *
   * @param at the position in the result, from 1
   * @throws BadValueException if the type of the block's column cannot hold the value
   */
  boolean set(ResultSet rows, int at, RowBlock block, int column)
      throws SQLException, BadValueException;
}

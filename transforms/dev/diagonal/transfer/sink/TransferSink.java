package dev.diagonal.transfer.sink;

import dev.diagonal.rows.RowType;
import dev.diagonal.transfer.source.SourceRange;
import java.io.Serializable;

/** Where rows are written to: {@link TextFileSink}, {@link JdbcSink} or {@link IndexSink}. */
public interface TransferSink extends Serializable {

  /** Returns what it writes to, for a person. */
  String describe();

  /** Whether it refuses texts with the character 0 in them. */
  default boolean refusesNul() {
    return false;
  }

  /** Opens a writer of the rows of one range. */
  RowBlockWriter open(SourceRange range, RowType type) throws Exception;
}

package dev.diagonal.transfer.source;

import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import dev.diagonal.rows.types.ColumnGuess;
import dev.diagonal.rows.types.TypeGuesses;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where rows are read from: {@link CsvFiles}, {@link JsonLineFiles}, {@code ParquetFiles}, {@link
 * JdbcRows} or {@link JdbcStandardRows}.
 */
public interface TransferSource extends Serializable {

  /** Returns what the blocks it reads have: all text where it is a file. */
  RowType blockType();

  /** Returns what the values are said or found to be; the same columns as the blocks. */
  RowType declared();

  /** Returns what was guessed of the types, or null if the source declares them. */
  default @Nullable TypeGuesses guesses() {
    return null;
  }

  /**
   * Returns this, refusing texts in columns that it took for something else.
   *
   * @param guesses those that the types of rows are taken from
   * @param json the columns that become JSON and nothing else
   */
  default TransferSource strict(List<ColumnGuess> guesses, Set<String> json) {
    return this;
  }

  /** Whether texts come as bytes that may be no UTF-8. */
  boolean readsBytes();

  /** Returns how many bytes there are to read, or 0 if that is not known. */
  long bytes();

  /** Returns what it reads, for a person. */
  String describe();

  /** Returns parts that are read in parallel and hold every row once. */
  List<SourceRange> ranges() throws Exception;

  /** Returns how many ranges there may be at most, which costs less than cutting them. */
  default int mostRanges() throws Exception {
    return ranges().size();
  }

  /** Returns where the rows of a part come from. */
  default RowOrigin origin(SourceRange range) {
    return RowOrigin.of(describe());
  }

  /** Closes what this process keeps open between two parts; it may be called more than once. */
  default void close() {}

  /** Opens a part. */
  RowBlockReader open(SourceRange range, int blockRows) throws Exception;
}

package dev.diagonal.internal.transfer.source;

import dev.diagonal.files.InputFiles;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.ColumnGuess;
import dev.diagonal.internal.rows.types.TypeGuesses;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A source of rows: {@link CsvFiles}, {@link JsonLineFiles}, {@code ParquetFiles}, {@link JdbcRows}
 * or {@link JdbcStandardRows}.
 */
public interface BlockSource extends Serializable {

  /** Returns the type of the blocks that are read: all text for files. */
  RowType blockType();

  /** Returns the declared or detected types of the values, for the same columns as the blocks. */
  RowType declared();

  /** Returns the guessed types, or null if the source declares its types. */
  default @Nullable TypeGuesses guesses() {
    return null;
  }

  /** Returns remarks on the input for the user, one line each; those on types are separate. */
  default List<String> remarks() {
    return List.of();
  }

  /**
   * Returns this source, refusing texts in columns that were guessed to hold another type.
   *
   * @param guesses those that decide types of rows
   * @param json the columns that only become JSON
   */
  default BlockSource strict(List<ColumnGuess> guesses, Set<String> json) {
    return this;
  }

  /** Returns whether texts are bytes that may not be valid UTF-8. */
  boolean readsBytes();

  /** Returns how many bytes will be read, or 0 if that is unknown. */
  long bytes();

  /** Returns the files that are read, or null if others are read. */
  default @Nullable InputFiles files() {
    return null;
  }

  /** Returns what is read, for messages. */
  String describe();

  /** Returns ranges that are read in parallel and cover every row once. */
  List<SourceRange> ranges() throws Exception;

  /** Returns the maximum number of ranges, which costs less than cutting them. */
  default int mostRanges() throws Exception {
    return ranges().size();
  }

  /** Returns the origin of the rows of a range. */
  default RowOrigin origin(SourceRange range) {
    return RowOrigin.of(describe());
  }

  /**
   * Releases resources that this process keeps between two ranges. May be called more than once.
   */
  default void close() {}

  /** Opens a range. */
  RowBlockReader open(SourceRange range, int blockRows) throws Exception;
}

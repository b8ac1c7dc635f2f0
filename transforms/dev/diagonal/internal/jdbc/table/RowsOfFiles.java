package dev.diagonal.internal.jdbc.table;

import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.RowValues;
import org.jspecify.annotations.Nullable;

/**
 * Binds rows whose input files are checked for changes. A writer finds the files through {@link
 * #filesOf}.
 *
 * @param binder binds the values of a row
 * @param files detects changes of the input files
 */
public record RowsOfFiles<T>(RowBinder<T> binder, FilesOfRows<T> files) implements RowBinder<T> {

  /** Returns the binder of rows from these files; null does not check them. */
  public static <T> RowBinder<T> of(RowBinder<T> binder, @Nullable FilesOfRows<T> files) {
    return files == null ? binder : new RowsOfFiles<>(binder, files);
  }

  /** Returns the files of the rows that {@code binder} binds; null if they are not checked. */
  public static <T> @Nullable FilesOfRows<T> filesOf(RowBinder<T> binder) {
    return binder instanceof RowsOfFiles<T> rows ? rows.files() : null;
  }

  @Override
  public void bind(T row, RowValues values) throws Exception {
    binder.bind(row, values);
  }
}

package dev.diagonal.internal.jdbc.sql;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The files of SQLite and DuckDB. */
public final class DatabaseFile {

  private DatabaseFile() {}

  /**
   * Returns whether a database is a file that does not exist: its driver would create it, empty,
   * when it connects.
   *
   * @param url of any database
   */
  public static boolean isMissing(String url) {
    DatabaseKind kind = DatabaseKind.of(url);
    if (kind != DatabaseKind.SQLITE && kind != DatabaseKind.DUCKDB) {
      return false;
    }
    String file =
        url.replaceFirst("^jdbc:[a-z]+:(file:(//(localhost)?(?=/))?)?", "")
            .replaceFirst("[?;].*$", "");
    if (file.isBlank() || file.matches("(?s)[A-Za-z][A-Za-z0-9+]*:.*|:.*")) {
      return false; // in memory, or with a scheme
    }
    try {
      return Files.notExists(Path.of(file));
    } catch (InvalidPathException e) {
      return false; // the driver reports it
    }
  }
}

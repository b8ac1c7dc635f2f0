package dev.diagonal.internal.jdbc.sql;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The files of SQLite and DuckDB. */
public final class DatabaseFile {

  private static final Pattern IN_MEMORY =
      Pattern.compile(
          "jdbc:(sqlite|duckdb):(:memory:.*|file::memory:.*|.*[?&]mode=memory.*|[?;].*)?");

  private DatabaseFile() {}

  /** Returns whether a database is in memory, and ends with its connection. */
  public static boolean isInMemory(String url) {
    return IN_MEMORY.matcher(url).matches();
  }

  /**
   * Returns whether a database is a file that does not exist: its driver would create it, empty,
   * when it connects. Returns false if the name may be encoded: only the driver knows it.
   *
   * @param url of any database
   */
  public static boolean isMissing(String url) {
    if (!DatabaseKind.of(url).isFile() || isInMemory(url)) {
      return false;
    }
    String file =
        url.replaceFirst("^jdbc:[a-z]+:(file:(//(localhost)?(?=/))?)?", "")
            .replaceFirst("[?;].*$", "");
    boolean isEncoded = url.startsWith("jdbc:sqlite:file:") && file.contains("%");
    if (file.isBlank() || isEncoded || file.matches("(?s)[A-Za-z][A-Za-z0-9+]*:.*|:.*")) {
      return false; // or it has a scheme
    }
    try {
      return Files.notExists(Path.of(file));
    } catch (InvalidPathException e) {
      return false; // the driver reports it
    }
  }
}

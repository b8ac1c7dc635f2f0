package dev.diagonal.internal.statement;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Thrown, before anything is written, when nodes or an index of Neo4j prevent a unique constraint.
 * The message says what to do.
 */
public final class GraphMismatchException extends RuntimeException {

  static final int SHOWN_DUPLICATES = 5;

  private static final long serialVersionUID = 1;

  private GraphMismatchException(
      JdbcTarget database, UniqueKey key, String reason, @Nullable Throwable cause) {
    super(
        "Neo4j at %s cannot make %s unique, which Diagonal needs to write each node once: %s"
            .formatted(database, key, reason),
        cause);
  }

  static GraphMismatchException ofIndex(
      JdbcTarget database, UniqueKey key, List<List<Object>> indexes, @Nullable Throwable cause) {
    String drops =
        indexes.stream()
            .map(row -> "DROP INDEX " + name(row.get(0)))
            .collect(Collectors.joining("; "));
    return new GraphMismatchException(
        database,
        key,
        "it already has an index. A unique constraint includes an index for the same"
            + " queries, so drop the existing one: "
            + drops,
        cause);
  }

  static GraphMismatchException ofDuplicates(
      JdbcTarget database,
      UniqueKey key,
      List<List<Object>> duplicates,
      @Nullable Throwable cause) {
    String shown =
        duplicates.stream()
            .map(row -> "%s %s (%s nodes)".formatted(key.property(), row.get(0), row.get(1)))
            .collect(Collectors.joining(", "));
    return new GraphMismatchException(
        database,
        key,
        "several nodes have the same value: %s%s. Merge or delete the duplicates"
            .formatted(shown, duplicates.size() < SHOWN_DUPLICATES ? "" : ", and possibly more"),
        cause);
  }

  private static String name(Object name) {
    String text = String.valueOf(name);
    return text.matches("[A-Za-z_][A-Za-z0-9_]*") ? text : "`" + text.replace("`", "``") + "`";
  }
}

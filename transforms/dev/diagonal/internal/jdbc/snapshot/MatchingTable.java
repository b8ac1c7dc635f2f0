package dev.diagonal.internal.jdbc.snapshot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A table of PostgreSQL that matches a pattern.
 *
 * @param schema its schema
 * @param name its name
 * @param primaryKey the columns of its primary key, in order; none if it has no primary key
 */
public record MatchingTable(String schema, String name, List<String> primaryKey) {

  /** Partitions are read with their table if that matches too. */
  private static final String MATCHING =
      """
      SELECT c.oid::bigint, n.nspname, c.relname,
             ARRAY(SELECT a.attname::text FROM pg_index i
                   CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
                   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                   WHERE i.indrelid = c.oid AND i.indisprimary AND k.place <= i.indnkeyatts
                   ORDER BY k.place),
             ARRAY(SELECT f.confrelid::bigint FROM pg_constraint f
                   WHERE f.conrelid = c.oid AND f.contype = 'f'),
             ARRAY(SELECT i.inhparent::regclass::text FROM pg_inherits i
                   WHERE i.inhrelid = c.oid AND NOT c.relispartition),
             EXISTS (SELECT FROM pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
        AND n.nspname LIKE ? AND c.relname LIKE ?
        AND NOT (c.relispartition AND EXISTS (
          SELECT FROM pg_partition_ancestors(c.oid) AS up (oid) JOIN pg_class a ON a.oid = up.oid
          JOIN pg_namespace s ON s.oid = a.relnamespace
          WHERE up.oid <> c.oid AND s.nspname LIKE ? AND a.relname LIKE ?))
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        AND NOT EXISTS (
          SELECT FROM pg_class v JOIN pg_attribute a ON a.attrelid = v.oid
          WHERE v.relnamespace = n.oid AND v.relname = 'version'
            AND a.attname = 'diagonal_schema_version')
      ORDER BY 2, 3
      """;

  public MatchingTable {
    primaryKey = List.copyOf(primaryKey);
  }

  /** A table and those that its foreign keys refer to. */
  private record Referring(MatchingTable table, Set<Long> references) {}

  /**
   * Returns the tables that match a pattern. A table that others refer to by foreign keys comes
   * before them; otherwise they are in the order of their names. Tables that refer to each other in
   * a cycle come last. Diagonal's own tables do not match.
   *
   * @param schemas the names of the schemas; an asterisk matches any text
   * @param names the names of the tables, in the same way
   * @throws IllegalArgumentException if a table has no columns, or inherits from another one, whose
   *     rows include its own
   */
  public static List<MatchingTable> find(Connection connection, String schemas, String names)
      throws SQLException {
    Map<Long, Referring> found = new LinkedHashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(MATCHING)) {
      statement.setString(1, like(schemas));
      statement.setString(2, like(names));
      statement.setString(3, like(schemas));
      statement.setString(4, like(names));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          MatchingTable table =
              new MatchingTable(
                  result.getString(2),
                  result.getString(3),
                  List.of((String[]) result.getArray(4).getArray()));
          List<String> parents = List.of((String[]) result.getArray(6).getArray());
          if (!result.getBoolean(7)) {
            throw new IllegalArgumentException(
                "table %s has no columns, so its rows cannot be transferred: use a pattern that does not match it"
                    .formatted(table.qualified()));
          }
          if (!parents.isEmpty()) {
            throw new IllegalArgumentException(
                "table %s inherits from %s, so the rows of one include those of the other: transfer each of these tables by its name"
                    .formatted(table.qualified(), String.join(", ", parents)));
          }
          Long[] references = (Long[]) result.getArray(5).getArray();
          found.put(result.getLong(1), new Referring(table, new HashSet<>(List.of(references))));
        }
      }
    }
    return inOrder(found);
  }

  private static String like(String pattern) {
    return pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace('*', '%');
  }

  private static List<MatchingTable> inOrder(Map<Long, Referring> found) {
    Map<Long, Referring> waiting = new LinkedHashMap<>(found);
    waiting.forEach(
        (oid, each) -> {
          each.references.remove(oid);
          each.references.retainAll(found.keySet());
        });
    List<MatchingTable> ordered = new ArrayList<>();
    while (!waiting.isEmpty()) {
      Set<Long> ready = new HashSet<>();
      waiting.forEach(
          (oid, each) -> {
            if (each.references.isEmpty()) {
              ready.add(oid);
              ordered.add(each.table);
            }
          });
      if (ready.isEmpty()) { // a cycle
        waiting.values().forEach(each -> ordered.add(each.table));
        return ordered;
      }
      waiting.keySet().removeAll(ready);
      waiting.values().forEach(each -> each.references.removeAll(ready));
    }
    return ordered;
  }

  /** Returns {@code schema.name}, without quotes. */
  public String qualified() {
    return schema + "." + name;
  }
}

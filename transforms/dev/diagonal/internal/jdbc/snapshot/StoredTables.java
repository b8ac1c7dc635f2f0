package dev.diagonal.internal.jdbc.snapshot;

import dev.diagonal.internal.jdbc.table.PostgresSql;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables that store the rows of one table: itself, its partitions, and those that inherit from
 * it.
 *
 * @param all the tables, in the order of their names
 * @param hasChildren whether there may be tables other than the table itself
 * @param readable whether the user may read each of them by its own name and sees the same rows
 *     there: without row-level security, and with the privilege on each
 */
public record StoredTables(List<StoredTable> all, boolean hasChildren, boolean readable)
    implements Serializable {

  /** The first version with TID range scans. */
  private static final int FIRST_WITH_PAGE_RANGES = 14;

  /** A partition that is being detached is no longer part of its table for new snapshots. */
  private static final String TABLES =
      """
      WITH RECURSIVE family (oid) AS (
        SELECT to_regclass(?)::oid
        UNION
        SELECT i.inhrelid FROM pg_inherits i JOIN family f ON i.inhparent = f.oid
        WHERE coalesce(to_jsonb(i) ->> 'inhdetachpending', 'false') = 'false')
      SELECT c.oid::bigint, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
             c.relkind IN ('r', 'm') AND coalesce(a.amname = 'heap', false), c.relkind = 'p',
             CASE WHEN c.relkind IN ('r', 'm')
               THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint ELSE 0 END,
             has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE')
               AND NOT row_security_active(c.oid)
      FROM family JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_am a ON a.oid = c.relam
      ORDER BY 2
      """;

  private static final String LOCKED =
      """
      SELECT count(DISTINCT relation) FROM pg_locks
      WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted AND relation = ANY (?)
      """;

  /**
   * A table that stores rows.
   *
   * @param name quoted, with its schema
   * @param inPages whether its rows can be read by ranges of pages
   * @param pages how many pages it has
   */
  public record StoredTable(long oid, String name, boolean inPages, long pages)
      implements Serializable {}

  public StoredTables {
    all = List.copyOf(all);
  }

  /**
   * Finds the tables that store the rows of a table, in the snapshot of a transaction; none if it
   * is a view.
   *
   * @param table {@code table} or {@code schema.table}, without quotes
   */
  public static StoredTables of(Connection connection, String table) throws SQLException {
    boolean ranges = connection.getMetaData().getDatabaseMajorVersion() >= FIRST_WITH_PAGE_RANGES;
    List<StoredTable> found = new ArrayList<>();
    boolean readable = true;
    int family = 0;
    try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
      statement.setString(1, PostgresSql.quoteTable(table));
      try (ResultSet each = statement.executeQuery()) {
        while (each.next()) {
          family++;
          readable &= each.getBoolean(6);
          if (!each.getBoolean(4)) {
            found.add(
                new StoredTable(
                    each.getLong(1),
                    each.getString(2),
                    ranges && each.getBoolean(3),
                    each.getLong(5)));
          }
        }
      }
    }
    return new StoredTables(found, family > 1, readable);
  }

  /** Returns whether the connection's transaction has locked all of them. */
  public boolean areLockedBy(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCKED)) {
      statement.setArray(1, connection.createArrayOf("oid", oids().toArray()));
      try (ResultSet count = statement.executeQuery()) {
        count.next();
        return count.getInt(1) == all.size();
      }
    }
  }

  /** Returns the identifiers of the tables. */
  public List<Long> oids() {
    return all.stream().map(StoredTable::oid).toList();
  }

  /** Returns whether all rows can be read by ranges of pages. */
  public boolean inPages() {
    return !all.isEmpty() && all.stream().allMatch(StoredTable::inPages);
  }

  /** Returns how many pages they have together. */
  public long pages() {
    return all.stream().mapToLong(StoredTable::pages).sum();
  }
}

package dev.diagonal.internal.transfer.sink;

import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.internal.transfer.sink.StagedTable.Mode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The order in which the rows of several tables are published, so that foreign keys hold after each
 * statement. Tables that refer to each other in a circle keep the given order.
 *
 * @param parentsFirst all tables, each after those that it refers to
 */
record PublicationOrder(List<Staged> parentsFirst) {

  /**
   * The foreign keys to a table or to its partitions from others: the tables that refer to it, each
   * with those that it is a partition of; and whether a deletion changes rows there. A key to a
   * partitioned table is one to each of its partitions.
   */
  private static final String REFERRING =
      """
      WITH its AS (
        SELECT to_regclass(?)::oid AS relid
        UNION SELECT relid::oid FROM pg_partition_tree(to_regclass(?))
      )
      SELECT (conrelid || ARRAY(SELECT relid::oid FROM pg_partition_ancestors(conrelid)))::bigint[],
        conrelid::regclass::text, confdeltype IN ('c', 'n', 'd')
      FROM pg_constraint
      WHERE contype = 'f' AND confrelid IN (SELECT relid FROM its)
        AND conrelid NOT IN (SELECT relid FROM its)
      ORDER BY conparentid <> 0, 2
      """;

  /**
   * Looks at the foreign keys of existing tables.
   *
   * @throws TargetMismatchException if replacing a table would delete or change rows of another
   *     table that is not replaced
   */
  static PublicationOrder of(Connection connection, List<Staged> all) throws SQLException {
    Map<Long, Staged> byOid = new LinkedHashMap<>();
    for (Staged each : all) {
      byOid.put(oid(connection, each), each);
    }
    Map<Staged, Set<Staged>> parents = new HashMap<>();
    for (Staged parent : all) {
      try (PreparedStatement statement = connection.prepareStatement(REFERRING)) {
        statement.setString(1, goal(parent));
        statement.setString(2, goal(parent));
        try (ResultSet found = statement.executeQuery()) {
          while (found.next()) {
            boolean isReplaced = false;
            for (Long oid : (Long[]) found.getArray(1).getArray()) {
              Staged child = byOid.get(oid);
              if (child != null) {
                parents.computeIfAbsent(child, c -> new HashSet<>()).add(parent);
                isReplaced |= child.table().mode() == Mode.REPLACE;
              }
            }
            if (found.getBoolean(3) && parent.table().mode() == Mode.REPLACE && !isReplaced) {
              throw new TargetMismatchException(
                  "table " + parent.table().target().name(),
                  List.of(
                      "its rows are replaced, which would delete or change rows of table %s (ON DELETE): replace both in one transaction, or use another mode"
                          .formatted(found.getString(2))));
            }
          }
        }
      }
    }
    return new PublicationOrder(sorted(all, parents));
  }

  private static List<Staged> sorted(List<Staged> all, Map<Staged, Set<Staged>> parents) {
    List<Staged> left = new ArrayList<>(all);
    List<Staged> order = new ArrayList<>();
    while (!left.isEmpty()) {
      Staged next =
          left.stream()
              .filter(each -> order.containsAll(parents.getOrDefault(each, Set.of())))
              .findFirst()
              .orElse(left.get(0)); // a circle
      left.remove(next);
      order.add(next);
    }
    return order;
  }

  /** Returns the tables to empty, each before those that it refers to. */
  List<Staged> childrenFirst() {
    List<Staged> reversed = new ArrayList<>();
    for (Staged each : parentsFirst) {
      if (each.table().mode() == Mode.REPLACE) {
        reversed.add(0, each);
      }
    }
    return reversed;
  }

  private static long oid(Connection connection, Staged staged) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT to_regclass(?)::oid::bigint")) {
      statement.setString(1, goal(staged));
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getLong(1);
      }
    }
  }

  private static String goal(Staged staged) {
    return PostgresSql.quoteTable(staged.table().target().name());
  }
}

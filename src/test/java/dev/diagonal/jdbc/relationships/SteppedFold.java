package dev.diagonal.jdbc.relationships;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What {@link Fold} and writers of deltas do on connections that are given. */
public final class SteppedFold {

  private static final RelationshipTables TABLES =
      new RelationshipTables(
          Table.of(
              "edges",
              Column.key("id", "bigint"),
              Column.of("source", "bigint"),
              Column.of("target", "bigint")),
          "source",
          "target",
          EndTable.of("nodes", "id", "out_degree"),
          EndTable.of("nodes", "id", "in_degree"));

  private static final Fold FOLD =
      new Fold(JdbcTarget.at("jdbc:postgresql://simulated/db"), TABLES, null, false);

  private static final List<DeltaTable> DELTAS = DeltaTable.of(TABLES);
  private static final Fold.Sql SQL = FOLD.sql(DELTAS);
  private static final String INSERT = DeltaSql.insert(TABLES, DELTAS);

  private SteppedFold() {}

  /** Moves all deltas, without the commit. */
  public static void now(Connection connection) throws SQLException {
    Fold.Folded unused = FOLD.now(connection, SQL);
  }

  /** Moves all deltas if there are many, and commits. */
  public static void ifMany(Connection connection) throws SQLException {
    Fold.Folded unused = FOLD.ifMany(connection, SQL);
  }

  /** Returns the statement that inserts edges and their deltas. */
  public static String insert() {
    return INSERT;
  }
}

package dev.diagonal.internal.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** A kind of object that runs keep in the internal schema, and leave there if they are killed. */
enum LeftoverKind {
  /** Rows of the ledger. */
  TOKENS("entry of the ledger", "entries of the ledger") {
    @Override
    Map<UUID, Integer> countByRun(Connection connection, InternalSchema schema)
        throws SQLException {
      Map<UUID, Integer> counts = new TreeMap<>();
      try (Statement statement = connection.createStatement();
          ResultSet result =
              statement.executeQuery(
                  "SELECT run, count(*) FROM %s GROUP BY run"
                      .formatted(schema.table(connection, "ledger")))) {
        while (result.next()) {
          counts.put(result.getObject(1, UUID.class), result.getInt(2));
        }
      }
      return counts;
    }

    @Override
    void drop(Connection connection, InternalSchema schema, UUID run) {
      // Deleted with the run's row: see Runs.end.
    }
  },
  /** Transfers that a later run can go on with. */
  TRANSFERS("unfinished transfer", "unfinished transfers") {
    @Override
    Map<UUID, Integer> countByRun(Connection connection, InternalSchema schema)
        throws SQLException {
      Map<UUID, Integer> counts = new TreeMap<>();
      schema.unfinishedTransfers().runs(connection).forEach(run -> counts.put(run, 1));
      return counts;
    }

    @Override
    void drop(Connection connection, InternalSchema schema, UUID run) throws SQLException {
      if (countByRun(connection, schema).containsKey(run)) {
        schema.unfinishedTransfers().delete(connection, run);
      }
    }
  },
  /** Tables in which rows wait for publication. */
  STAGES("stage", "stages") {
    @Override
    Map<UUID, Integer> countByRun(Connection connection, InternalSchema schema)
        throws SQLException {
      Map<UUID, Integer> counts = new TreeMap<>();
      for (Stage stage : stages(connection, schema)) {
        counts.merge(stage.run, 1, Integer::sum);
      }
      return counts;
    }

    @Override
    void drop(Connection connection, InternalSchema schema, UUID run) throws SQLException {
      for (Stage stage : stages(connection, schema)) {
        if (stage.run.equals(run)) {
          try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE " + schema.table(connection, stage.table));
          }
        }
      }
    }
  };

  private static final String STAGES_OF_SCHEMA =
      """
      SELECT relname, substring(relname FROM ?)::uuid FROM pg_class
      WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ?)
        AND relkind = 'r' AND relname ~ ?
      ORDER BY relname
      """;

  private final String one;
  private final String several;

  LeftoverKind(String one, String several) {
    this.one = one;
    this.several = several;
  }

  private record Stage(String table, UUID run) {}

  /** Returns how many objects of this kind each run has, without runs that have none. */
  abstract Map<UUID, Integer> countByRun(Connection connection, InternalSchema schema)
      throws SQLException;

  /** Drops all objects of this kind of a run. */
  abstract void drop(Connection connection, InternalSchema schema, UUID run) throws SQLException;

  /** Returns a number of these objects in words. */
  String describe(int count) {
    return count + " " + (count == 1 ? one : several);
  }

  private static List<Stage> stages(Connection connection, InternalSchema schema)
      throws SQLException {
    List<Stage> stages = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(STAGES_OF_SCHEMA)) {
      statement.setString(1, InternalSchema.stagePattern());
      statement.setString(2, schema.name());
      statement.setString(3, InternalSchema.stagePattern());
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          stages.add(new Stage(result.getString(1), result.getObject(2, UUID.class)));
        }
      }
    }
    return stages;
  }
}

package dev.diagonal.pipelines;

import dev.diagonal.jdbc.HeldConnection;
import dev.diagonal.jdbc.JdbcTarget;
import dev.diagonal.pipelines.plan.Task;
import dev.diagonal.pipelines.plan.YamlNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Statements, all in one transaction.
 *
 * @param database where they run
 * @param shown what is told of them
 * @param sql the statements
 */
record SqlTask(JdbcTarget database, String shown, String sql) implements Task {

  /** Reads {@code {to: connection, file: …}} or {@code {to: connection, statement: …}}. */
  static @Nullable SqlTask of(YamlNode node, PlanConnections connections) {
    Map<String, YamlNode> entries = node.entries("to", "file", "statement");
    YamlNode to = node.required(entries, "to");
    JdbcTarget database = to == null ? null : connections.database(to);
    YamlNode file = entries.get("file");
    YamlNode statement = entries.get("statement");
    if ((file == null) == (statement == null)) {
      node.mistake("give 'file' or 'statement', one of the two");
    }
    if (statement != null) {
      String sql = statement.text();
      return database == null ? null : new SqlTask(database, sql.strip(), sql);
    } else if (file == null) {
      return null;
    }
    Path path = Path.of(file.pathOf(file.text()));
    try {
      String sql = Files.readString(path);
      return database == null ? null : new SqlTask(database, file.text(), sql);
    } catch (IOException e) {
      file.mistake("the file '%s' cannot be read".formatted(file.text()));
      return null;
    }
  }

  @Override
  public List<String> describe() {
    return List.of("runs:    " + shown + " in " + database);
  }

  @Override
  public Counts run() throws SQLException {
    try (HeldConnection held = new HeldConnection(database)) {
      Connection connection = held.use();
      connection.setNetworkTimeout(Runnable::run, 0); // however long it takes
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
      connection.commit();
      return Counts.NONE;
    }
  }
}

package dev.diagonal.testing;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Statements of a test, each on a connection of its own. */
public record Sql(JdbcTarget target) {

  public void execute(String statements) throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  /** Returns the first column of the answer as text. */
  public List<String> query(String query) throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      while (result.next()) {
        values.add(result.getString(1));
      }
      return values;
    }
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection(target.url(), target.user(), null);
  }
}

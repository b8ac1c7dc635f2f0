package dev.diagonal.internal.jdbc.sql;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the statement that gives a user the right that a database has denied. */
public final class MissingRight {

  private static final String POSTGRES_STATE = "42501";

  /** MariaDB names the rights, the user and the table. */
  private static final Pattern MARIADB =
      Pattern.compile(
          "([A-Z][A-Z ,]*) command denied to user ('[^']*'@'[^']*') for table (`[^`]+`\\.`[^`]+`)");

  /** PostgreSQL names neither the right nor the schema of the table, nor the user. */
  private static final Pattern POSTGRES =
      Pattern.compile("permission denied for (table|view|materialized view|schema) ([^\\r\\n]+)");

  private MissingRight() {}

  /** Returns a hint, or null if no right is missing. */
  public static @Nullable String hint(SQLException fault) {
    String message = String.valueOf(fault.getMessage());
    Matcher denied = MARIADB.matcher(message);
    if (denied.find()) {
      return "an administrator can allow it with GRANT %s ON %s TO %s"
          .formatted(denied.group(1), denied.group(3), denied.group(2));
    }
    if (!POSTGRES_STATE.equals(fault.getSQLState())) {
      return null;
    }
    Matcher refused = POSTGRES.matcher(message);
    if (!refused.find()) {
      return "the owner of what it names can allow it with GRANT";
    }
    return refused.group(1).equals("schema")
        ? "the owner can allow it with GRANT USAGE ON SCHEMA %s TO the user"
            .formatted(refused.group(2))
        : "the owner can allow reading it with GRANT SELECT ON %s TO the user"
            .formatted(refused.group(2));
  }
}

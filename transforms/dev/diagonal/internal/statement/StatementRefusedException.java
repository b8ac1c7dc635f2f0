package dev.diagonal.internal.statement;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.SQLException;

/** Thrown, before any row is read, when a database refuses a statement. */
public final class StatementRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public StatementRefusedException(JdbcTarget database, SQLException fault) {
    super(
        "%s refuses the statement: %s"
            .formatted(
                database,
                String.valueOf(fault.getMessage()).strip().replaceAll("\\s*\\n\\s*", "; ")),
        fault);
  }
}

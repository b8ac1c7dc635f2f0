package dev.diagonal.internal.statement;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.SQLException;

/** A database does not accept a statement. Thrown before any row is read. */
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

package dev.diagonal.internal.jdbc.schema;

import java.sql.SQLException;

/**
 * It is unknown whether a transaction is committed: the reply to its COMMIT was lost, and the
 * database cannot tell. It must not be repeated, as that might write rows twice.
 */
public final class UnknownOutcomeException extends SQLException {

  /** Transaction resolution unknown. */
  private static final String STATE = "08007";

  UnknownOutcomeException(String what, String why, SQLException cause) {
    super(
        "it is unknown whether %s is committed, and a retry could write the rows twice: %s; the database cannot be asked, because %s"
            .formatted(what, cause.getMessage(), why),
        STATE,
        cause);
  }
}

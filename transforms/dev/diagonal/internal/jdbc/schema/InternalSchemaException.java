package dev.diagonal.internal.jdbc.schema;

import java.sql.SQLException;

/** Thrown when the internal schema cannot be used; the message says why and what to do. */
public final class InternalSchemaException extends SQLException {

  /** PostgreSQL's state of a missing privilege. */
  private static final String INSUFFICIENT_PRIVILEGE = "42501";

  /** PostgreSQL's state of a feature that is not supported. */
  private static final String NOT_SUPPORTED = "0A000";

  private InternalSchemaException(String message, String state) {
    super(message, state);
  }

  static InternalSchemaException missingRight(String message) {
    return new InternalSchemaException(message, INSUFFICIENT_PRIVILEGE);
  }

  static InternalSchemaException unsuitable(String message) {
    return new InternalSchemaException(message, NOT_SUPPORTED);
  }
}

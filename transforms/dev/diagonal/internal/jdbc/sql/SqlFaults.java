package dev.diagonal.internal.jdbc.sql;

import dev.diagonal.internal.jdbc.schema.UnknownOutcomeException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Classifies database faults by SQLState: which are transient, and which are caused by rows. */
public final class SqlFaults {

  private static final String POLICY_ROUTINE = "ExecWithCheckOptions";

  private static final String UNIQUE_VIOLATION = "23505";

  /** What RAISE EXCEPTION has if it names no other state. */
  private static final String RAISED = "P0001";

  /**
   * Faults that may not recur on a new connection: serialization failure, deadlock, lock not
   * available, too many connections, disk full (space may be freed), idle in transaction for too
   * long; and Neo4j's state for transient errors.
   */
  private static final Set<String> RETRYABLE_STATES =
      Set.of("40001", "40P01", "55P03", "53300", "53100", "25P03", "50N05");

  /**
   * Classes of transient faults: connection exceptions, and a server that stops, crashes or starts.
   */
  private static final Set<String> RETRYABLE_STATE_PREFIXES = Set.of("08", "57P0");

  /** Not transient: the server rejects the connection, for example without a password. */
  private static final String REJECTED_STATE = "08004";

  /** The states of losing a race to create the same table: duplicate table, type or row. */
  private static final Set<String> CREATED_BY_ANOTHER_STATES =
      Set.of("42P07", "42710", UNIQUE_VIOLATION);

  private SqlFaults() {}

  /**
   * Returns a fault of a read that names what was read, and the last row that arrived.
   *
   * @param place what was read
   * @param rows how many rows have arrived
   * @param wayOut ends the message; may be empty
   */
  public static SQLException afterRow(String place, long rows, SQLException fault, String wayOut) {
    String read = rows == 0 ? place : place + ", after row " + rows;
    return new SQLException(read + ": " + fault.getMessage() + wayOut, fault.getSQLState(), fault);
  }

  /** Returns whether the same statements may succeed on a new connection, and may be repeated. */
  public static boolean isRetryable(Exception fault) {
    return !isUnknownOutcome(fault)
        && (isDeclaredTransient(fault)
            || isConnectionLost(fault)
            || anyState(fault, RETRYABLE_STATES::contains));
  }

  /** Returns whether the connection is gone: lost, or ended by a server that stops or crashes. */
  public static boolean isConnectionLost(Exception fault) {
    return anyState(
        fault,
        state ->
            !state.equals(REJECTED_STATE)
                && RETRYABLE_STATE_PREFIXES.stream().anyMatch(state::startsWith));
  }

  /**
   * Returns whether the driver marks the fault as transient by its exception class, as H2's and
   * MariaDB's do.
   */
  private static boolean isDeclaredTransient(Throwable fault) {
    return any(
        fault,
        cause ->
            cause instanceof SQLTransientException || cause instanceof SQLRecoverableException);
  }

  private static boolean isUnknownOutcome(Throwable fault) {
    return any(fault, UnknownOutcomeException.class::isInstance);
  }

  private static boolean any(Throwable fault, Predicate<Throwable> wanted) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (wanted.test(cause)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether the values are at fault: SQLState classes 22 (data), 23 (constraints) and 44
   * (the check of a view), what a trigger raises, and rows that a row-level security policy
   * refuses.
   */
  public static boolean isCausedByRows(Exception fault) {
    String state = state(fault);
    return state != null
        && (state.startsWith("22")
            || state.startsWith("23")
            || state.startsWith("44")
            || state.equals(RAISED)
            || isRefusedByPolicy(fault));
  }

  /**
   * Returns whether a policy refuses a row. A missing privilege has the same SQLState, but comes
   * from another routine of the server.
   */
  private static boolean isRefusedByPolicy(Throwable fault) {
    ServerErrorMessage message = serverMessage(fault);
    return message != null && POLICY_ROUTINE.equals(message.getRoutine());
  }

  /** Returns which key PostgreSQL has found twice, {@code Key (id)=(7) is duplicated}; or null. */
  public static @Nullable String duplicateKey(Throwable fault) {
    ServerErrorMessage message = serverMessage(fault);
    String detail =
        message != null && UNIQUE_VIOLATION.equals(message.getSQLState())
            ? message.getDetail()
            : null;
    return detail == null ? null : detail.replaceFirst("\\.$", "");
  }

  /** Returns the first message of PostgreSQL among the causes, or null. */
  private static @Nullable ServerErrorMessage serverMessage(Throwable fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      ServerErrorMessage message =
          cause instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
      if (message != null) {
        return message;
      }
    }
    return null;
  }

  public static boolean isCreatedByAnother(SQLException fault) {
    return anyState(fault, CREATED_BY_ANOTHER_STATES::contains);
  }

  /** Returns the first SQLState in the chain of {@code fault}, or null. */
  public static @Nullable String state(Throwable fault) {
    List<String> states = states(fault);
    return states.isEmpty() ? null : states.get(0);
  }

  private static boolean anyState(Throwable fault, Predicate<String> wanted) {
    return states(fault).stream().anyMatch(wanted);
  }

  // A batch's exception has the state of its first fault; later exceptions are chained through
  // getNextException().
  private static List<String> states(Throwable fault) {
    List<String> states = new ArrayList<>();
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException first) {
        for (SQLException each = first; each != null; each = each.getNextException()) {
          String state = VendorState.of(each);
          if (state != null) {
            states.add(state);
          }
        }
      }
    }
    return states;
  }
}

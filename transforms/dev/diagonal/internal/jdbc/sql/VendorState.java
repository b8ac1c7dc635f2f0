package dev.diagonal.internal.jdbc.sql;

import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the SQLState of faults whose drivers set none, or one that says nothing. */
final class VendorState {

  private static final String DATA = "22000";
  private static final String CONSTRAINT = "23000";
  private static final String NOT_SERIALIZABLE = "40001";
  private static final String LOCKED = "55P03";
  private static final String FULL = "53100";

  /** Lock wait timeout, row changed since the snapshot, table full, data truncated, check. */
  private static final Map<Integer, String> MARIADB =
      Map.of(
          1205,
          LOCKED,
          1020,
          NOT_SERIALIZABLE,
          1114,
          FULL,
          1265,
          DATA,
          1366,
          DATA,
          4025,
          CONSTRAINT);

  /** SQLITE_BUSY, LOCKED, FULL, TOOBIG, CONSTRAINT, MISMATCH. */
  private static final Map<Integer, String> SQLITE =
      Map.of(5, LOCKED, 6, LOCKED, 13, FULL, 18, DATA, 19, CONSTRAINT, 20, DATA);

  private static final Map<String, String> DUCKDB =
      Map.of(
          "Constraint Error", CONSTRAINT,
          "Conversion Error", DATA,
          "Out of Range Error", DATA,
          "Invalid Input Error", DATA);

  private VendorState() {}

  /** Returns the state of the fault itself, without its causes. */
  static @Nullable String of(SQLException fault) {
    String state = fault.getSQLState();
    if (fault.getClass().getName().startsWith("org.sqlite.")) {
      return SQLITE.getOrDefault(fault.getErrorCode() & 0xff, state);
    } else if ("HY000".equals(state) || "01000".equals(state)) {
      return MARIADB.getOrDefault(fault.getErrorCode(), state);
    }
    String message = String.valueOf(fault.getMessage());
    int colon = message.indexOf(':');
    return state == null && colon > 0 ? DUCKDB.get(message.substring(0, colon)) : state;
  }
}

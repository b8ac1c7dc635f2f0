package dev.diagonal.internal.jdbc.snapshot;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.sql.SqlFaults;
import dev.diagonal.internal.metrics.Warnings;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * The data that the server sends for a COPY, row by row. A connection that is lost before the first
 * row is replaced. If the rows always come in the same order, a connection that is lost later is
 * replaced too: the rows that have arrived are skipped, and the last of them is compared.
 *
 * <p>Confined to one thread, except for {@link #abort}.
 */
public final class CopiedRows {

  private static final int CONNECT_ATTEMPTS = 3;

  /** Each lost connection makes the server send the rows before the loss once more. */
  private static final int MAX_LOSSES = 10;

  /** The server may otherwise start a scan in the middle of a table, or share it among workers. */
  private static final String IN_ORDER =
      "SET LOCAL synchronize_seqscans = off; SET LOCAL max_parallel_workers_per_gather = 0";

  private static final String OTHER_ORDER = "55000";

  private static final String NOT_IN_CHARACTER_SET = "22021";

  private static final String OTHER_ENCODING =
      "; give its encoding in a query: --query=\"SELECT convert_from(convert(name::bytea, 'LATIN1', 'UTF8'), 'UTF8') AS name FROM …\"";

  private final ReadSession session;
  private final String sql;
  private final String place;
  private final boolean inOrder;
  private volatile @Nullable Connection connection;
  private volatile boolean aborted;
  private @Nullable CopyOut copy;
  private byte @Nullable [] last;
  private long received;
  private int losses;

  /**
   * Creates a reader, which connects when it first reads.
   *
   * @param place what is read, for messages
   * @param inOrder whether every connection of the session gets the same rows in the same order, as
   *     from the pages of a table in one snapshot
   */
  public CopiedRows(ReadSession session, String sql, String place, boolean inOrder) {
    this.session = session;
    this.sql = sql;
    this.place = place;
    this.inOrder = inOrder;
  }

  /** Returns the next row, or null at the end. */
  public byte @Nullable [] next() throws Exception {
    byte[] row;
    try {
      CopyOut reading = copy;
      row = reading == null ? connected() : reading.readFromCopy();
    } catch (SQLException | Retry.ExhaustedException fault) {
      if (!isReplaceable(fault)) {
        throw explained(fault);
      }
      row = afterLoss(fault);
    }
    received++;
    last = row;
    return row;
  }

  private boolean isReplaceable(Exception fault) {
    return inOrder
        && copy != null
        && !aborted
        && losses < MAX_LOSSES
        && SqlFaults.isConnectionLost(fault)
        && !isTimeout(fault);
  }

  private byte @Nullable [] afterLoss(Exception fault) throws Exception {
    losses++;
    Warnings.warn(
        String.format(
            Locale.ROOT,
            "%s: the connection was lost after %,d rows (%s): another one reads the rest from the same snapshot",
            place,
            received,
            fault.getMessage()));
    copy = null;
    session.close();
    try {
      return connected();
    } catch (SQLException | Retry.ExhaustedException again) {
      again.addSuppressed(fault);
      throw explained(again);
    }
  }

  private byte @Nullable [] connected() throws Exception {
    return Retry.defaults()
        .withMaxAttempts(CONNECT_ATTEMPTS)
        .call(this::begun, fault -> !aborted && SqlFaults.isRetryable(fault));
  }

  /** Returns the first row that has not arrived yet. */
  private byte @Nullable [] begun() throws SQLException {
    boolean done = false;
    try {
      Connection open = session.use();
      connection = open;
      if (inOrder) {
        try (Statement settings = open.createStatement()) {
          settings.execute(IN_ORDER);
        }
      }
      CopyOut opened = open.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
      skip(opened);
      byte[] row = opened.readFromCopy();
      copy = opened;
      done = true;
      return row;
    } finally {
      if (!done) {
        session.close();
      }
    }
  }

  private void skip(CopyOut opened) throws SQLException {
    byte[] skipped = null;
    for (long i = 0; i < received; i++) {
      skipped = opened.readFromCopy();
    }
    if (received > 0 && !Arrays.equals(skipped, last)) {
      throw new SQLException(
          "%s: another connection got the rows in another order; start the run again"
              .formatted(place),
          OTHER_ORDER);
    }
  }

  private Exception explained(Exception fault) {
    if (isTimeout(fault)) {
      return new SQLException(
          String.format(
              Locale.ROOT,
              "%s: after %,d rows the database sent nothing within the socketTimeout; to raise it, set it in the URL in seconds: ?socketTimeout=3600",
              place,
              received),
          SqlFaults.state(fault),
          fault);
    }
    if (SqlFaults.isRetryable(fault)) {
      return received > 0 ? lost(fault) : fault;
    }
    String wayOut = NOT_IN_CHARACTER_SET.equals(SqlFaults.state(fault)) ? OTHER_ENCODING : "";
    return fault instanceof SQLException refusal
        ? SqlFaults.afterRow(place, received, refusal, wayOut)
        : fault;
  }

  private SQLException lost(Exception fault) {
    return new SQLException(
        String.format(
            Locale.ROOT,
            "%s: the connection was lost after %,d rows: %s; start the run again",
            place,
            received,
            fault.getMessage()),
        SqlFaults.state(fault),
        fault);
  }

  private static boolean isTimeout(Exception fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many rows the server has counted at the end, or -1 if that is unknown. */
  public long counted() {
    CopyOut done = copy;
    return done == null ? -1 : done.getHandledRowCount();
  }

  /** Cuts the connection, since another thread may be waiting for it. */
  public void abort() {
    aborted = true;
    Connection open = connection;
    try {
      if (open != null) {
        open.abort(Runnable::run);
      }
    } catch (SQLException e) {
      // The connection is already closed.
    }
  }

  /**
   * Closes the session.
   *
   * @param ended whether everything was read, so that its connection can be used again
   */
  public void close(boolean ended) {
    if (ended && !aborted) {
      session.release();
    } else {
      session.close();
    }
  }
}

package dev.diagonal.internal.jdbc.schema;

import dev.diagonal.fault.BadInputException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes one transaction take effect once, though the answer to its COMMIT may be lost. Each attempt
 * calls {@link #begin} first and {@link #commit} last, on a connection without auto-commit:
 *
 * <pre>{@code
 * T earlier = check.begin(connection);
 * if (earlier != null) {
 *   return earlier; // the attempt before this one is committed
 * }
 * T result = work(connection);
 * check.commit(connection, result);
 * return result;
 * }</pre>
 *
 * <p>Belongs to one transaction. Not thread-safe.
 */
public final class CommitCheck<T> {

  /** SQLState classes with which a live server refuses a COMMIT, that is has rolled back. */
  private static final Set<String> ROLLED_BACK = Set.of("22", "23", "25", "40", "42", "53", "55");

  /** "Statement completion unknown", the exception in class 40. */
  private static final String COMPLETION_UNKNOWN = "40003";

  private final @Nullable Ledger ledger;
  private final @Nullable Token token;
  private final boolean synchronously;
  private final String what;
  private final @Nullable String why;
  private final @Nullable T committedBefore;
  private final @Nullable UUID claim;
  private @Nullable T unproven;

  private CommitCheck(
      @Nullable Ledger ledger,
      @Nullable Token token,
      boolean synchronously,
      String what,
      @Nullable String why,
      @Nullable T committedBefore,
      @Nullable UUID claim) {
    this.ledger = ledger;
    this.token = token;
    this.synchronously = synchronously;
    this.what = what;
    this.why = why;
    this.committedBefore = committedBefore;
    this.claim = claim;
  }

  /**
   * Returns a check that uses a row of the ledger.
   *
   * @param synchronously whether the commit waits for the disk, whatever the user's default
   * @param what names the transaction in messages, such as "a transaction of 5 rows"
   */
  public static <T> CommitCheck<T> by(
      InternalSchema schema, Token token, boolean synchronously, String what) {
    return new CommitCheck<>(schema.ledger(), token, synchronously, what, null, null, null);
  }

  /**
   * Returns a check of a {@linkplain Token#numbered numbered} transaction, which another process
   * may have committed.
   *
   * @param committedBefore the result if it is committed
   * @param claim to the transfer that it belongs to, without which it is not committed, or null
   */
  public static <T> CommitCheck<T> ofNumbered(
      InternalSchema schema,
      Token token,
      boolean synchronously,
      String what,
      T committedBefore,
      @Nullable UUID claim) {
    return new CommitCheck<>(
        schema.ledger(), token, synchronously, what, null, committedBefore, claim);
  }

  /**
   * Returns a check that fails if the outcome is unknown.
   *
   * @param why why there is no ledger, and what to do
   */
  public static <T> CommitCheck<T> impossible(String what, String why) {
    return new CommitCheck<>(null, null, false, what, why, null, null);
  }

  /** Returns a check that does nothing, for an idempotent transaction. */
  public static <T> CommitCheck<T> unneeded() {
    return new CommitCheck<>(null, null, false, "", null, null, null);
  }

  /**
   * Begins an attempt. Returns the result of an earlier attempt if that one is committed, otherwise
   * null.
   *
   * @throws UnknownOutcomeException if an earlier attempt may be committed but the run was ended,
   *     so that its token may be deleted
   * @throws BadInputException if a numbered transaction is committed with other rows
   * @throws IllegalStateException if another process has claimed or ended the transfer
   */
  public @Nullable T begin(Connection connection) throws SQLException {
    if (ledger == null || token == null) {
      return null;
    }
    T earlier = unproven;
    Ledger.Inserted inserted = ledger.insert(connection, token, synchronously, claim);
    if (inserted == Ledger.Inserted.COMMITTED_BEFORE) {
      boolean same = committedBefore == null || ledger.hasSame(connection, token);
      connection.rollback();
      if (!same) {
        throw new BadInputException(
            "%s of run %s (%s) is committed with other rows: the input, its types or its mapping have changed since"
                .formatted(what, token.run(), token.range()));
      }
      if (earlier == null && committedBefore != null) {
        return committedBefore;
      }
      if (earlier == null) {
        throw new SQLException("the ledger has token " + token.id() + " already: " + what);
      }
      return earlier;
    }
    if (inserted == Ledger.Inserted.NOT_CLAIMED) {
      connection.rollback();
      throw new IllegalStateException(
          "%s of run %s: another process has resumed or ended this transfer"
              .formatted(what, token.run()));
    }
    if (earlier != null && !ledger.schema().runs().fence(connection, token.run())) {
      connection.rollback();
      throw new UnknownOutcomeException(
          what,
          "its run %s has been ended".formatted(token.run()),
          new SQLException("the reply to the COMMIT was lost"));
    }
    unproven = null;
    return null;
  }

  /**
   * Commits an attempt.
   *
   * @param result what {@link #begin} of the next attempt returns if this one is committed and its
   *     reply is lost
   * @throws UnknownOutcomeException if the reply is lost and there is no ledger
   */
  public void commit(Connection connection, T result) throws SQLException {
    try {
      unproven = result;
      connection.commit();
      unproven = null;
    } catch (SQLException fault) {
      if (isRolledBack(fault.getSQLState())) {
        unproven = null;
        throw fault;
      }
      if (why != null) {
        throw new UnknownOutcomeException(what, why, fault);
      }
      throw fault;
    }
  }

  /** Returns whether an attempt may be committed and no later attempt has verified it. */
  public boolean isUnproven() {
    return token != null && unproven != null;
  }

  private static boolean isRolledBack(@Nullable String state) {
    return state != null
        && state.length() == 5
        && ROLLED_BACK.contains(state.substring(0, 2))
        && !state.equals(COMPLETION_UNKNOWN);
  }
}

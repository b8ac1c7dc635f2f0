package dev.diagonal.jdbc.write;

import static java.util.stream.Collectors.joining;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.ledger.HeldRuns;
import dev.diagonal.internal.jdbc.ledger.ProvenTransaction;
import dev.diagonal.internal.jdbc.schema.CommitCheck;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.Ledger;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.internal.jdbc.schema.Token;
import dev.diagonal.jdbc.table.WriteMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Records the transactions of one writer that must not be repeated: plain inserts, and those of a
 * {@linkplain dev.diagonal.jdbc.connection.LedgerSettings#withPart part} of the input. Each has a
 * token in the ledger of the database. When the writer flushes, it checks that the ledger still has
 * all acknowledged tokens. Without a ledger, a transaction with an unknown outcome fails the
 * writer.
 *
 * <p>Thread-safe, since a writer may have several connections.
 */
final class WriterLedger {

  /** When there are this many tokens, one replaces them; it exists only if all of them do. */
  private static final int MAX_TOKENS = 256;

  private final JdbcWrite<?> write;
  private final @Nullable HeldRuns run;
  private final @Nullable String why;
  private final List<Acknowledged> acknowledged = new ArrayList<>();

  /** A committed transaction, and how messages identify its first row. */
  private record Acknowledged(Token token, String first) {}

  private WriterLedger(JdbcWrite<?> write, @Nullable HeldRuns run, @Nullable String why) {
    this.write = write;
    this.run = run;
    this.why = why;
  }

  /**
   * Finds or creates the ledger of the database. Modes other than insert are idempotent and need
   * none.
   *
   * @param connection without an open transaction
   */
  static WriterLedger open(Connection connection, JdbcWrite<?> write) throws SQLException {
    if (write.mode() != WriteMode.INSERT && write.ledger().part() == null) {
      return new WriterLedger(write, null, null);
    }
    if (!connection.isWrapperFor(PGConnection.class)) {
      return new WriterLedger(write, null, "Diagonal keeps a ledger in PostgreSQL only");
    }
    SchemaRights rights = new InternalSchema(write.ledger().schema()).open(connection);
    return rights.isUsable()
        ? new WriterLedger(write, HeldRuns.take(write.database(), write.ledger()), null)
        : new WriterLedger(write, null, rights.missing());
  }

  /**
   * Returns a token for the next transaction, or null if there is no ledger.
   *
   * @param number of the transaction among those of the part of the input
   */
  @Nullable Token next(BatchRows<?> rows, int number) {
    if (run == null) {
      return null;
    }
    String part = write.ledger().part();
    String table = write.table().name();
    return part == null
        ? Token.next(run.run(), table, rows.size())
        : Token.numbered(run.run(), table, part, number, rows.size(), rows.checksum());
  }

  /**
   * Returns the check of the transaction with this token, if any.
   *
   * @param committedBefore the result if an earlier attempt at this part has committed it
   */
  <T> CommitCheck<T> check(@Nullable Token token, T committedBefore) {
    if (token != null && write.ledger().part() != null) {
      // Without a key, a lost transaction is noticed too late to be repeated.
      boolean waits = write.ledger().synchronousCommit() && write.mode() == WriteMode.INSERT;
      return CommitCheck.ofNumbered(
          schema(), token, waits, "the transaction", committedBefore, write.ledger().claim());
    } else if (token != null) {
      return CommitCheck.by(schema(), token, write.ledger().synchronousCommit(), "the transaction");
    }
    return why == null ? CommitCheck.unneeded() : CommitCheck.impossible("the transaction", why);
  }

  /** Records a committed transaction. */
  synchronized void acknowledge(Token token, String first) {
    acknowledged.add(new Acknowledged(token, first));
  }

  /** Returns whether {@link #confirm} has nothing to check. */
  synchronized boolean isEmpty() {
    return acknowledged.isEmpty() && write.ledger().part() == null;
  }

  /** Confirms the tokens if there are enough of them. */
  synchronized void confirmIfFull(HeldConnection held) throws SQLException, InterruptedException {
    if (isFull()) {
      confirm(held, 0);
    }
  }

  private boolean isFull() {
    return acknowledged.size() >= MAX_TOKENS && write.ledger().part() == null;
  }

  /**
   * Checks that the database has all committed transactions, and of a part no others.
   *
   * @param numbered how many transactions the part has
   * @throws SQLException if one is missing, or the database cannot be reached
   * @throws BadInputException if an earlier attempt has committed further transactions of the part
   */
  synchronized void confirm(HeldConnection held, int numbered)
      throws SQLException, InterruptedException {
    if (!isFull()) {
      var unused =
          ProvenTransaction.call(
              held,
              write.retry(),
              CommitCheck.unneeded(),
              connection -> count(connection, numbered));
      return;
    }
    long rows = acknowledged.stream().mapToLong(each -> each.token.rows()).sum();
    Token sum = Token.next(acknowledged.get(0).token.run(), write.table().name(), rows);
    var unused =
        ProvenTransaction.call(
            held,
            write.retry(),
            check(sum, true),
            connection -> {
              boolean all = count(connection, numbered);
              ledger().delete(connection, tokens());
              return all;
            });
    String first = acknowledged.get(0).first;
    acknowledged.clear();
    acknowledge(sum, first);
  }

  private boolean count(Connection connection, int numbered) throws SQLException {
    checkNoFurther(connection, numbered);
    Set<UUID> found = ledger().committed(connection, tokens());
    if (found.size() == acknowledged.size()) {
      return true;
    }
    List<Acknowledged> missing =
        acknowledged.stream().filter(each -> !found.contains(each.token.id())).toList();
    Token first = missing.get(0).token;
    boolean isRun = schema().runs().exists(connection, first.run());
    throw new SQLException(
        "the database acknowledged %s transactions to table %s, and %s of them are not in its ledger (%s rows: %s): %s"
            .formatted(
                acknowledged.size(),
                write.table().name(),
                missing.size(),
                missing.stream().mapToLong(each -> each.token.rows()).sum(),
                missing.stream().limit(5).map(Acknowledged::first).collect(joining("; ")),
                isRun
                    ? "a crash or a failover of the server has lost them"
                    : "run " + first.run() + " was ended, and its part of the ledger deleted"));
  }

  private void checkNoFurther(Connection connection, int numbered) throws SQLException {
    String part = write.ledger().part();
    if (part == null || run == null) {
      return;
    }
    int further = ledger().numberedFrom(connection, run.run(), part, numbered);
    if (further > 0) {
      throw new BadInputException(
          "%s of the input now has %s transactions, but run %s has committed %s further ones of it to table %s: the input or its mapping has changed since"
              .formatted(part, numbered, run.run(), further, write.table().name()));
    }
  }

  /** Ends the run in the ledger. */
  synchronized void close() {
    if (run != null) {
      if (write.ledger().part() == null) {
        run.forget(tokens());
      }
      run.release();
    }
  }

  private List<UUID> tokens() {
    return acknowledged.stream().map(each -> each.token.id()).toList();
  }

  private InternalSchema schema() {
    return new InternalSchema(write.ledger().schema());
  }

  private Ledger ledger() {
    return schema().ledger();
  }
}

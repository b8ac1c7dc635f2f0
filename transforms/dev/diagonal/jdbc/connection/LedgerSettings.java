package dev.diagonal.jdbc.connection;

import dev.diagonal.internal.jdbc.schema.InternalSchema;
import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link dev.diagonal.jdbc.write.JdbcWrite} records its plain inserts, so that no transaction
 * is lost or repeated if the reply to its commit is lost.
 *
 * @param schema the name of the schema in the target's database that contains the ledger
 * @param run the run that the transactions belong to, or null if each process is a separate run
 * @param synchronousCommit whether a commit waits for the disk even if the user's or the server's
 *     {@code synchronous_commit} is off
 */
public record LedgerSettings(String schema, @Nullable UUID run, boolean synchronousCommit)
    implements Serializable {

  private static final LedgerSettings DEFAULTS =
      new LedgerSettings(InternalSchema.DEFAULT_NAME, null, true);

  /**
   * @throws IllegalArgumentException if {@code schema} is not a valid name for Diagonal's schema
   */
  public LedgerSettings {
    InternalSchema unused = new InternalSchema(schema);
  }

  /** Returns the default: schema {@code diagonal}, a run per process, synchronous commits. */
  public static LedgerSettings defaults() {
    return DEFAULTS;
  }

  /** Sets the name of the schema. */
  public LedgerSettings withSchema(String other) {
    return new LedgerSettings(other, run, synchronousCommit);
  }

  /** Sets the run, which another process holds and ends. */
  public LedgerSettings withRun(UUID held) {
    return new LedgerSettings(schema, held, synchronousCommit);
  }

  /**
   * Keeps the {@code synchronous_commit} of the session. If it is off, a crash of the server loses
   * the most recent transactions: a run that is still writing then fails, but a run that has just
   * ended does not notice.
   */
  public LedgerSettings withoutSynchronousCommit() {
    return new LedgerSettings(schema, run, false);
  }
}

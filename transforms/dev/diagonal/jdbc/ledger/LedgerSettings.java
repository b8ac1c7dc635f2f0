package dev.diagonal.jdbc.ledger;

import dev.diagonal.jdbc.internal.schema.InternalSchema;
import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How the transactions of a {@link dev.diagonal.jdbc.write.JdbcWrite} are recorded that must not be
 * repeated, so that a transaction whose commit got no answer is neither lost nor written twice.
 *
 * @param schema the schema in the target's database that holds the ledger
 * @param run the run that the transactions belong to, or null if each process is a run of its own
 * @param synchronousCommit whether a commit waits for the disk even where the user's or the
 *     server's {@code synchronous_commit} is off
 */
public record LedgerSettings(InternalSchema schema, @Nullable UUID run, boolean synchronousCommit)
    implements Serializable {

  private static final LedgerSettings DEFAULTS =
      new LedgerSettings(InternalSchema.ofDefaultName(), null, true);

  /** Returns the default: schema {@code diagonal}, a run per process, synchronous commits. */
  public static LedgerSettings defaults() {
    return DEFAULTS;
  }

  /** Sets the schema. */
  public LedgerSettings withSchema(InternalSchema other) {
    return new LedgerSettings(other, run, synchronousCommit);
  }

  /** Sets the run, which another process holds and ends. */
  public LedgerSettings withRun(UUID held) {
    return new LedgerSettings(schema, held, synchronousCommit);
  }

  /**
   * Leaves {@code synchronous_commit} as the session has it. Where it is off, a crash of the server
   * loses the transactions of its last moments; a run that is still writing then fails, and one
   * that has just ended has lost them.
   */
  public LedgerSettings withoutSynchronousCommit() {
    return new LedgerSettings(schema, run, false);
  }
}

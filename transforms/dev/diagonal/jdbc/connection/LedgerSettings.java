package dev.diagonal.jdbc.connection;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

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
 * @param part the part of the input whose rows a writer writes, or null if it writes any rows
 */
public record LedgerSettings(
    String schema, @Nullable UUID run, boolean synchronousCommit, @Nullable String part)
    implements Serializable {

  private static final LedgerSettings DEFAULTS =
      new LedgerSettings(InternalSchema.DEFAULT_NAME, null, true, null);

  /**
   * @throws IllegalArgumentException if {@code schema} is not a valid name for Diagonal's schema,
   *     or there is a part without a run
   */
  public LedgerSettings {
    InternalSchema unused = new InternalSchema(schema);
    checkArgument(part == null || run != null, "part '%s' needs a run", part);
  }

  /** Returns the default: schema {@code diagonal}, a run per process, synchronous commits. */
  public static LedgerSettings defaults() {
    return DEFAULTS;
  }

  /** Sets the name of the schema. */
  public LedgerSettings withSchema(String other) {
    return new LedgerSettings(other, run, synchronousCommit, part);
  }

  /** Sets the run, which another process holds and ends. */
  public LedgerSettings withRun(UUID held) {
    return new LedgerSettings(schema, held, synchronousCommit, part);
  }

  /**
   * Keeps the {@code synchronous_commit} of the session. If it is off, a crash of the server loses
   * the most recent transactions: a run that is still writing then fails, but a run that has just
   * ended does not notice.
   */
  public LedgerSettings withoutSynchronousCommit() {
    return new LedgerSettings(schema, run, false, part);
  }

  /**
   * Sets the part of the input whose rows a writer writes, in an order that never changes. Its
   * transactions are numbered and stay in the ledger until the run ends. A writer of the same part
   * and run does not repeat those that are committed, even in another process, and fails if its
   * rows are not the same.
   *
   * @throws IllegalArgumentException if no run is set
   */
  public LedgerSettings withPart(String name) {
    return new LedgerSettings(schema, run, synchronousCommit, name);
  }
}

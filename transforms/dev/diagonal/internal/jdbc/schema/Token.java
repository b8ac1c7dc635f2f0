package dev.diagonal.internal.jdbc.schema;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The entry of a transaction in the ledger. It exists if and only if the transaction is committed.
 *
 * @param id identifies the transaction; every attempt at it uses the same id
 * @param run the run that it belongs to
 * @param target the table that is written
 * @param range the part of the input that it commits, or null
 * @param rows how many rows it writes
 */
public record Token(UUID id, UUID run, String target, @Nullable String range, long rows) {

  /** Returns a new token for a transaction that commits no particular range. */
  public static Token next(UUID run, String target, long rows) {
    return new Token(UUID.randomUUID(), run, target, null, rows);
  }
}

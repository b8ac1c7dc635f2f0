package dev.diagonal.internal.jdbc.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The entry of a transaction in the ledger. It exists if and only if the transaction is committed.
 *
 * @param id identifies the transaction; every attempt at it uses the same id
 * @param run the run that it belongs to
 * @param target the table that is written
 * @param range the part of the input that it commits with a checksum, or null
 * @param rows how many rows it writes
 */
public record Token(UUID id, UUID run, String target, @Nullable String range, long rows) {

  /** Returns a new token for a transaction that commits no particular range. */
  public static Token next(UUID run, String target, long rows) {
    return new Token(UUID.randomUUID(), run, target, null, rows);
  }

  /**
   * Returns the token of a numbered transaction of a part of the input. Its id is the same in every
   * attempt at this part, however the table is named, since such a run has one table.
   *
   * @param checksum of its rows, which is compared if an earlier attempt has committed it
   */
  public static Token numbered(
      UUID run, String target, String part, int number, long rows, long checksum) {
    String place = "%s #%s".formatted(part, number);
    UUID id = UUID.nameUUIDFromBytes("%s %s".formatted(run, place).getBytes(UTF_8));
    return new Token(id, run, target, "%s %016x".formatted(place, checksum), rows);
  }
}

package dev.diagonal.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * What rows changed in their target. The first six counts add up to the written rows; {@link
 * #UNKNOWN} if the target does not report changes. The last two count rows of an update or a delete
 * that are not among the written ones.
 *
 * @param added rows that the target did not have
 * @param changed rows that it had and that were overwritten, possibly with the same values
 * @param unchanged rows that it had and that were not changed
 * @param replaced rows that a later row of the same key replaced before they were written
 * @param dropped rows that a trigger of the table kept out of it, or wrote to another one
 * @param uncertain rows of a table with triggers or rules, which may have dropped some of them
 * @param unmatched rows of an update or a delete whose key the table or index did not have
 * @param unconfirmed rows of an update or a delete of which it is unknown whether the target had
 *     their key
 */
public record Changes(
    long added,
    long changed,
    long unchanged,
    long replaced,
    long dropped,
    long uncertain,
    long unmatched,
    long unconfirmed) {

  /** The changes are unknown. */
  public static final Changes UNKNOWN = new Changes(0, 0, 0, 0);

  /** Returns changes of a target that drops no rows. */
  public Changes(long added, long changed, long unchanged, long replaced) {
    this(added, changed, unchanged, replaced, 0, 0);
  }

  /** Returns changes of a target whose dropped rows are known. */
  public Changes(long added, long changed, long unchanged, long replaced, long dropped) {
    this(added, changed, unchanged, replaced, dropped, 0);
  }

  /** Returns changes of inserts or upserts. */
  public Changes(
      long added, long changed, long unchanged, long replaced, long dropped, long uncertain) {
    this(added, changed, unchanged, replaced, dropped, uncertain, 0, 0);
  }

  /** Returns changes of rows that a trigger or a rule may have dropped. */
  public static Changes uncertain(long rows) {
    return new Changes(0, 0, 0, 0, 0, rows);
  }

  /**
   * Returns changes of rows of updates or deletes that changed nothing.
   *
   * @param isSure whether the target did not have their keys; otherwise that is unknown
   */
  public static Changes unmatched(long rows, boolean isSure) {
    return new Changes(0, 0, 0, 0, 0, 0, isSure ? rows : 0, isSure ? 0 : rows);
  }

  /** Returns the sum of the counts of written rows: all but the last two. */
  public long total() {
    return added + changed + unchanged + replaced + dropped + uncertain;
  }

  public Changes plus(Changes more) {
    return new Changes(
        added + more.added,
        changed + more.changed,
        unchanged + more.unchanged,
        replaced + more.replaced,
        dropped + more.dropped,
        uncertain + more.uncertain,
        unmatched + more.unmatched,
        unconfirmed + more.unconfirmed);
  }

  /** Returns the coder: eight varints. */
  public static Coder<Changes> coder() {
    return ChangesCoder.OF;
  }

  private static final class ChangesCoder extends AtomicCoder<Changes> {

    private static final ChangesCoder OF = new ChangesCoder();

    @Override
    public void encode(Changes changes, OutputStream out) throws IOException {
      VarInt.encode(changes.added, out);
      VarInt.encode(changes.changed, out);
      VarInt.encode(changes.unchanged, out);
      VarInt.encode(changes.replaced, out);
      VarInt.encode(changes.dropped, out);
      VarInt.encode(changes.uncertain, out);
      VarInt.encode(changes.unmatched, out);
      VarInt.encode(changes.unconfirmed, out);
    }

    @Override
    public Changes decode(InputStream in) throws IOException {
      return new Changes(
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}

package dev.diagonal.internal.transfer.receipt;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowRejects;
import dev.diagonal.internal.transfer.write.ForwardingWriter;
import dev.diagonal.internal.transfer.write.RowBlockWriter;

/** Wraps a writer and sums the checksums of its rows. */
public final class HashedWriter extends ForwardingWriter {

  private final RowHasher hasher;
  private Checksum sum = Checksum.NONE;

  HashedWriter(RowBlockWriter writer, RowHasher hasher) {
    super(writer);
    this.hasher = hasher;
  }

  /** Returns the checksum of the rows of a writer, or that of no rows if it has none. */
  public static Checksum of(RowBlockWriter writer) {
    return writer instanceof HashedWriter hashed ? hashed.sum : Checksum.NONE;
  }

  /** Subtracts refused rows from the sum. */
  private final class WithoutRefused implements RowRejects {

    private final Rejects rejects;

    WithoutRefused(Rejects rejects) {
      this.rejects = rejects;
    }

    @Override
    public void reject(DeadLetter line) throws InterruptedException {
      rejects.reject(line);
    }

    @Override
    public void reject(RowBlock block, int row, String reason) throws InterruptedException {
      sum = sum.minus(hasher.of(block, row));
      Reject.to(rejects, block, row, reason);
    }
  }

  @Override
  public void write(RowBlock block, Rejects rejects) throws Exception {
    sum = sum.plus(hasher.of(block));
    writer.write(block, new WithoutRefused(rejects));
  }

  @Override
  public long finish(Rejects rejects) throws Exception {
    return writer.finish(new WithoutRefused(rejects));
  }
}

package dev.diagonal.internal.transfer.receipt;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.RowBlock;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Hashes rows: the first 128 bits of SHA-256 over the {@linkplain Canonical canonical forms} of the
 * columns, in order. Confined to one thread.
 */
public final class RowHasher {

  private final ComparedColumn[] columns;
  private final MessageDigest digest;
  private final ByteBuilder row = new ByteBuilder(256);

  public RowHasher(List<ComparedColumn> columns) {
    this.columns = columns.toArray(ComparedColumn[]::new);
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }

  /** Returns the checksum of one row. */
  public Checksum of(RowBlock block, int at) {
    row.clear();
    for (ComparedColumn column : columns) {
      column.kind().put(block, at, column.index(), column.length(), row);
    }
    digest.update(row.array(), 0, row.size());
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return new Checksum(hash.getLong(), hash.getLong());
  }

  /** Returns the checksum of all rows of a block. */
  public Checksum of(RowBlock block) {
    Checksum sum = Checksum.NONE;
    for (int at = 0; at < block.rows(); at++) {
      sum = sum.plus(of(block, at));
    }
    return sum;
  }
}

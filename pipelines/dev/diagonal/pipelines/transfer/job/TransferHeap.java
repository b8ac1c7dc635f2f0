package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromParquet;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToParquet;

/** Estimates the heap that a transfer needs in one process, however large its input. */
final class TransferHeap {

  private static final long BASE_BYTES = 64L << 20;

  /** A few blocks between any two stages, each of at most 1 MiB or one large row. */
  private static final long STAGE_BYTES = 8L << 20;

  /** A row of the transactions that a table writer binds or has in flight. */
  private static final long COMMIT_ROW_BYTES = 600;

  /** A row group that is read or written, including its pages while they are compressed. */
  private static final long ROW_GROUP_BYTES = 64L << 20;

  private TransferHeap() {}

  static long bytes(TransferSpec spec, int readers) {
    long groups = spec.to().stream().filter(to -> to instanceof ToParquet).count();
    groups += spec.from() instanceof FromParquet ? 1 : 0;
    long perReader =
        (1 + spec.to().size()) * STAGE_BYTES
            + (long) spec.tables().size() * spec.commitRows() * COMMIT_ROW_BYTES
            + groups * ROW_GROUP_BYTES;
    return BASE_BYTES + readers * perReader;
  }
}

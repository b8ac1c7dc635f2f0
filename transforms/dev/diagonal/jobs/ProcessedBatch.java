package dev.diagonal.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * A batch that a worker has completed.
 *
 * @param batchId the batch
 * @param attempt the number of the attempt, counted over all runs
 * @param rows how many rows were read
 * @param badRows how many of them were left out
 * @param movies how many distinct movies they have
 */
public record ProcessedBatch(long batchId, int attempt, long rows, long badRows, long movies) {

  /** Returns the coder: five varints. */
  static Coder<ProcessedBatch> coder() {
    return BatchCoder.OF;
  }

  private static final class BatchCoder extends AtomicCoder<ProcessedBatch> {

    private static final BatchCoder OF = new BatchCoder();

    @Override
    public void encode(ProcessedBatch batch, OutputStream out) throws IOException {
      VarInt.encode(batch.batchId, out);
      VarInt.encode(batch.attempt, out);
      VarInt.encode(batch.rows, out);
      VarInt.encode(batch.badRows, out);
      VarInt.encode(batch.movies, out);
    }

    @Override
    public ProcessedBatch decode(InputStream in) throws IOException {
      return new ProcessedBatch(
          VarInt.decodeLong(in),
          VarInt.decodeInt(in),
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

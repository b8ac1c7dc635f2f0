package dev.diagonal.conflictfree;

import dev.diagonal.grid.Cell;
import dev.diagonal.metrics.Written;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.VarInt;

/**
 * The result of one batch that {@link WriteConflictFree} has committed.
 *
 * @param cell the cell of the grid that all its rows belong to
 * @param wave the wave of that cell
 * @param waitMillis how long it waited for a worker and for its slots
 * @param written its rows, attempts and milliseconds; no rows if all of them were refused
 */
public record BatchWritten(Cell cell, int wave, long waitMillis, Written written) {

  public static Coder<BatchWritten> coder() {
    return BatchWrittenCoder.OF;
  }

  private static final class BatchWrittenCoder extends AtomicCoder<BatchWritten> {

    private static final BatchWrittenCoder OF = new BatchWrittenCoder();

    @Override
    public void encode(BatchWritten batch, OutputStream out) throws IOException {
      VarInt.encode(batch.cell.row(), out);
      VarInt.encode(batch.cell.column(), out);
      VarInt.encode(batch.wave, out);
      VarInt.encode(batch.waitMillis, out);
      Written.coder().encode(batch.written, out);
    }

    @Override
    public BatchWritten decode(InputStream in) throws IOException {
      return new BatchWritten(
          new Cell(VarInt.decodeInt(in), VarInt.decodeInt(in)),
          VarInt.decodeInt(in),
          VarInt.decodeLong(in),
          Written.coder().decode(in));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}

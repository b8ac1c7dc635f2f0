package dev.diagonal.internal.transfer;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.rows.Rejects;
import dev.diagonal.rows.RowBlock;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import dev.diagonal.rows.types.ColumnGuess;
import dev.diagonal.rows.types.TypeGuesses;
import dev.diagonal.transfer.source.RowBlockReader;
import dev.diagonal.transfer.source.SourceRange;
import dev.diagonal.transfer.source.TransferSource;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The first records of a source, good or bad, in the order of its ranges. One reader reads them.
 *
 * @param source the whole source
 * @param records how many are read
 */
public record LimitedSource(TransferSource source, long records) implements TransferSource {

  /**
   * @throws IllegalArgumentException if {@code records} is below 1
   */
  public LimitedSource {
    checkArgument(records >= 1, "records must be >= 1, got %s", records);
  }

  @Override
  public RowType blockType() {
    return source.blockType();
  }

  @Override
  public RowType declared() {
    return source.declared();
  }

  @Override
  public @Nullable TypeGuesses guesses() {
    return source.guesses();
  }

  @Override
  public TransferSource strict(List<ColumnGuess> guesses, Set<String> json) {
    return new LimitedSource(source.strict(guesses, json), records);
  }

  @Override
  public boolean readsBytes() {
    return source.readsBytes();
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public String describe() {
    return source.describe();
  }

  @Override
  public List<SourceRange> ranges() throws Exception {
    return source.ranges().stream().limit(1).toList();
  }

  @Override
  public int mostRanges() {
    return 1;
  }

  /** The rows are of several ranges, so their origin is the source. */
  @Override
  public RowOrigin origin(SourceRange range) {
    return RowOrigin.of(describe());
  }

  @Override
  public void close() {
    source.close();
  }

  @Override
  public RowBlockReader open(SourceRange range, int blockRows) throws Exception {
    return new Reader(source, records, blockRows);
  }

  private static final class Reader implements RowBlockReader {

    private final TransferSource source;
    private final int blockRows;
    private final Iterator<SourceRange> ranges;
    private volatile @Nullable RowBlockReader reader;
    private long left;
    private long bytes;

    Reader(TransferSource source, long records, int blockRows) throws Exception {
      this.source = source;
      this.blockRows = blockRows;
      this.ranges = source.ranges().iterator();
      this.left = records;
    }

    @Override
    public @Nullable RowBlock next(Rejects rejects) throws Exception {
      while (left > 0) {
        RowBlockReader open = reader;
        if (open == null) {
          if (!ranges.hasNext()) {
            return null;
          }
          open = source.open(ranges.next(), (int) Math.min(blockRows, left));
          reader = open;
        }
        RowBlock block = open.next(counting(rejects));
        if (block == null) {
          closeReader();
        } else {
          RowBlock cut = block.rows() <= left ? block : first(block, (int) left);
          left -= cut.rows();
          return cut;
        }
      }
      return null;
    }

    private Rejects counting(Rejects rejects) {
      return letter -> {
        if (left > 0) {
          left--;
          rejects.reject(letter);
        }
      };
    }

    private static RowBlock first(RowBlock block, int rows) {
      RowBlock first = new RowBlock(block.type(), Math.max(1, rows), block.origin());
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < block.columns(); column++) {
          if (block.isNull(row, column)) {
            first.setNull(column);
          } else if (block.typeOf(column).isWord()) {
            first.setWord(column, block.word(row, column));
          } else {
            first.setBytes(
                column, block.bytes(column), block.start(row, column), block.end(row, column));
          }
        }
        first.endRow(block.offset(row), block.line(row));
      }
      return first;
    }

    @Override
    public long bytesRead() {
      RowBlockReader open = reader;
      return bytes + (open == null ? 0 : open.bytesRead());
    }

    @Override
    public void abort() {
      RowBlockReader open = reader;
      if (open != null) {
        open.abort();
      }
    }

    private void closeReader() throws IOException, SQLException {
      RowBlockReader open = reader;
      if (open != null) {
        bytes += open.bytesRead();
        reader = null;
        open.close();
      }
    }

    @Override
    public void close() throws IOException, SQLException {
      closeReader();
    }
  }
}

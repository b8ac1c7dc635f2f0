package dev.diagonal.internal.transfer;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.types.ColumnGuess;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.source.SourceRange;
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
public record LimitedSource(BlockSource source, long records) implements ForwardingSource {

  /**
   * @throws IllegalArgumentException if {@code records} is below 1
   */
  public LimitedSource {
    checkArgument(records >= 1, "records must be >= 1, got %s", records);
  }

  @Override
  public BlockSource strict(List<ColumnGuess> guesses, Set<String> json) {
    return new LimitedSource(source.strict(guesses, json), records);
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
  public RowBlockReader open(SourceRange range, int blockRows) throws Exception {
    return new Reader(source, records);
  }

  private static final class Reader implements RowBlockReader {

    private final BlockSource source;
    private final Iterator<SourceRange> ranges;
    private volatile @Nullable RowBlockReader reader;
    private long left;
    private long bytes;

    Reader(BlockSource source, long records) throws Exception {
      this.source = source;
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
          // One row per block: a bad record that follows the last one must not be read.
          open = source.open(ranges.next(), 1);
          reader = open;
        }
        RowBlock block = open.next(counting(rejects));
        if (block == null) {
          closeReader();
        } else {
          left -= block.rows();
          return block;
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

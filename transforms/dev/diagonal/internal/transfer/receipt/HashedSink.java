package dev.diagonal.internal.transfer.receipt;

import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.internal.transfer.write.RowBlockWriter;
import java.util.List;

/**
 * Wraps a sink and sums the checksums of its rows, without those that it refuses.
 *
 * @param sink writes the rows
 * @param columns the columns that are compared
 */
public record HashedSink(BlockSink sink, List<ComparedColumn> columns) implements BlockSink {

  public HashedSink {
    columns = List.copyOf(columns);
  }

  /** Returns the sink that writes the rows, which may be this one. */
  public static BlockSink writing(BlockSink sink) {
    return sink instanceof HashedSink hashed ? hashed.sink : sink;
  }

  @Override
  public String describe() {
    return sink.describe();
  }

  @Override
  public boolean refusesNul() {
    return sink.refusesNul();
  }

  @Override
  public RowBlockWriter open(SourceRange range, RowType type) throws Exception {
    return new HashedWriter(sink.open(range, type), new RowHasher(columns));
  }
}

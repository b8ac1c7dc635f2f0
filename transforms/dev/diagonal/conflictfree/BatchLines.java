package dev.diagonal.conflictfree;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;

/**
 * Parses rows from blocks and assigns each one to its cell immediately; rows never become elements.
 */
final class BatchLines<T> implements LineConsumer<CellOutput<T>> {

  private final LineConsumer<T> parser;
  private final WindowedBatchers<T> batchers;

  BatchLines(LineConsumer<T> parser, WindowedBatchers<T> batchers) {
    this.parser = parser;
    this.batchers = batchers;
  }

  @Override
  public void open(TextFile file) {
    parser.open(file);
  }

  @Override
  public boolean reads(int column) {
    return parser.reads(column);
  }

  @Override
  public long accept(TextBlock block, Output<CellOutput<T>> output) {
    return parser.accept(block, new Rows(output));
  }

  @Override
  public void finish(Output<CellOutput<T>> output) {
    parser.finish(new Rows(output));
    batchers.finish((window, batcher) -> batcher.finish(output));
  }

  @Override
  public void close() {
    try {
      parser.close();
    } finally {
      batchers.close();
    }
  }

  private final class Rows implements Output<T> {
    private final CellBatcher<T> batcher = batchers.in(GlobalWindow.INSTANCE);
    private final Output<CellOutput<T>> output;

    Rows(Output<CellOutput<T>> output) {
      this.output = output;
    }

    @Override
    public void emit(T row) {
      batcher.add(row, output);
    }

    @Override
    public void reject(DeadLetter line) {
      output.reject(line);
    }
  }
}

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
  private final WindowedBatchers<T> dealers;

  BatchLines(LineConsumer<T> parser, WindowedBatchers<T> dealers) {
    this.parser = parser;
    this.dealers = dealers;
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
    dealers.finish((window, dealer) -> dealer.finish(output));
  }

  @Override
  public void close() {
    try {
      parser.close();
    } finally {
      dealers.close();
    }
  }

  private final class Rows implements Output<T> {
    private final CellBatcher<T> dealer = dealers.in(GlobalWindow.INSTANCE);
    private final Output<CellOutput<T>> output;

    Rows(Output<CellOutput<T>> output) {
      this.output = output;
    }

    @Override
    public void emit(T row) {
      dealer.add(row, output);
    }

    @Override
    public void reject(DeadLetter line) {
      output.reject(line);
    }
  }
}

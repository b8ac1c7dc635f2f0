package dev.diagonal.write;

import dev.diagonal.block.BlockConsumer;
import dev.diagonal.block.TextBlock;
import dev.diagonal.block.TextFile;
import dev.diagonal.fault.BadLine;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;

/** Drives a parser of rows over blocks and deals each row at once: it never becomes an element. */
final class DealingConsumer<T> implements BlockConsumer<Dealt<T>> {

  private final BlockConsumer<T> parser;
  private final Dealers<T> dealers;

  DealingConsumer(BlockConsumer<T> parser, Dealers<T> dealers) {
    this.parser = parser;
    this.dealers = dealers;
  }

  @Override
  public void open(TextFile file) {
    parser.open(file);
  }

  @Override
  public long accept(TextBlock block, Output<Dealt<T>> output) {
    return parser.accept(block, new Rows(output));
  }

  @Override
  public void finish(Output<Dealt<T>> output) {
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
    private final Dealer<T> dealer = dealers.in(GlobalWindow.INSTANCE);
    private final Output<Dealt<T>> output;

    Rows(Output<Dealt<T>> output) {
      this.output = output;
    }

    @Override
    public void emit(T row) {
      dealer.add(row, output);
    }

    @Override
    public void reject(BadLine line) {
      output.reject(line);
    }
  }
}

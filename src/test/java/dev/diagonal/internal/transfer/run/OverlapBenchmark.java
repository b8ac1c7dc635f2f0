package dev.diagonal.internal.transfer.run;

import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.mapping.BlockConverter;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.write.RowBlockWriter;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How well {@link Stages} overlap: a source, a converter and a sink that each take 10 ms a block,
 * against the same step by step.
 *
 * <p>Takes half a minute.
 */
public final class OverlapBenchmark {

  private static final int BLOCKS = 300;
  private static final int STAGE_MILLIS = 10;
  private static final RowType ROWS = new RowType(List.of(new Field("n", FieldType.BIGINT)));

  private OverlapBenchmark() {}

  private static final class Source implements RowBlockReader {
    private int read;

    @Override
    public @Nullable RowBlock next(Rejects rejects) throws InterruptedException {
      if (read++ == BLOCKS) {
        return null;
      }
      Thread.sleep(STAGE_MILLIS);
      RowBlock block = new RowBlock(ROWS, 1, RowOrigin.of("slow"));
      block.setWord(0, read);
      block.endRow();
      return block;
    }

    @Override
    public void close() {}
  }

  private static final class Converter implements BlockConverter {
    @Override
    public void convert(RowBlock block, Output output, Rejects rejects) throws Exception {
      Thread.sleep(STAGE_MILLIS);
      output.put(block);
    }

    @Override
    public void finish(Output output, Rejects rejects) {}
  }

  private static final class Sink implements RowBlockWriter {
    @Override
    public void write(RowBlock block, Rejects rejects) throws Exception {
      Thread.sleep(STAGE_MILLIS);
    }

    @Override
    public long finish(Rejects rejects) {
      return BLOCKS;
    }

    @Override
    public void close() {}
  }

  private static double overlapped() throws Exception {
    long start = System.nanoTime();
    long[] unused =
        new Stages(new Source(), new Converter(), List.of(new Sink()), 2)
            .run(
                "overlap",
                new Stages.Watcher() {
                  @Override
                  public void rejected(dev.diagonal.fault.DeadLetter line) {}

                  @Override
                  public void read(long rowsRead, long bytesRead) {}
                });
    return (System.nanoTime() - start) / 1e9;
  }

  /** What one stage takes alone. */
  private static double alone() throws Exception {
    long start = System.nanoTime();
    Source source = new Source();
    while (source.next(line -> {}) != null) {
      continue;
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static double stepByStep() throws Exception {
    long start = System.nanoTime();
    Source source = new Source();
    Converter converter = new Converter();
    Sink sink = new Sink();
    for (RowBlock block = source.next(line -> {}); block != null; block = source.next(line -> {})) {
      converter.convert(block, converted -> {}, line -> {});
      sink.write(block, line -> {});
    }
    return (System.nanoTime() - start) / 1e9;
  }

  public static void main(String[] args) throws Exception {
    double slowest = alone();
    double overlapped = overlapped();
    double steps = stepByStep();
    System.out.printf(
        Locale.ROOT,
        "%d blocks, %d ms a stage: slowest stage alone %.2f s, overlapped %.2f s (%.2fx), step by"
            + " step %.2f s (%.2fx)%n",
        BLOCKS,
        STAGE_MILLIS,
        slowest,
        overlapped,
        overlapped / slowest,
        steps,
        steps / slowest);
  }
}

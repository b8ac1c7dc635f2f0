package dev.diagonal.internal.transfer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.mapping.BlockConverter;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.write.RowBlockWriter;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
final class StagesTest {

  private static final RowType NUMBERS = new RowType(List.of(new Field("n", FieldType.BIGINT)));

  /** Emits so many blocks of one row, and counts how many were taken. */
  private static final class Counting implements RowBlockReader {
    private final int blocks;
    final AtomicInteger read = new AtomicInteger();
    boolean closed;

    Counting(int blocks) {
      this.blocks = blocks;
    }

    @Override
    public @Nullable RowBlock next(Rejects rejects) throws InterruptedException {
      if (read.get() == blocks) {
        return null;
      }
      RowBlock block = new RowBlock(NUMBERS, 1, RowOrigin.of("numbers"));
      block.setWord(0, read.getAndIncrement());
      block.endRow();
      return block;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Keeps what it is given. */
  private static class Keeping implements RowBlockWriter {
    final List<Long> kept = new ArrayList<>();
    boolean closed;

    @Override
    public void write(RowBlock block, Rejects rejects) throws Exception {
      for (int row = 0; row < block.rows(); row++) {
        kept.add(block.word(row, 0));
      }
    }

    @Override
    public long finish(Rejects rejects) {
      return kept.size();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Hands blocks on, or fails at one of them. */
  private record PassOn(long failsAt) implements BlockConverter {
    @Override
    public void convert(RowBlock block, Output output, Rejects rejects) throws Exception {
      if (block.word(0, 0) == failsAt) {
        throw new IOException("no " + failsAt);
      }
      output.put(block);
    }

    @Override
    public void finish(Output output, Rejects rejects) {}
  }

  private static final class Watching implements Stages.Watcher {
    long rows;
    final List<DeadLetter> rejected = new ArrayList<>();

    @Override
    public void rejected(DeadLetter line) {
      rejected.add(line);
    }

    @Override
    public void read(long rowsRead, long bytesRead) {
      rows += rowsRead;
    }
  }

  @Test
  void everyWriterGetsAllRowsInOrder() throws Exception {
    Counting reader = new Counting(500);
    Keeping first = new Keeping();
    Keeping second = new Keeping();
    Watching watching = new Watching();

    long[] written =
        new Stages(reader, new PassOn(-1), List.of(first, second), 2).run("test", watching);

    List<Long> all = java.util.stream.LongStream.range(0, 500).boxed().toList();
    assertThat(first.kept).isEqualTo(all);
    assertThat(second.kept).isEqualTo(all);
    assertThat(written).containsExactly(500, 500);
    assertThat(watching.rows).isEqualTo(500);
    assertThat(reader.closed && first.closed && second.closed).isTrue();
  }

  @Test
  void slowWritersHoldTheSourceBack() throws Exception {
    Counting reader = new Counting(200);
    List<Integer> ahead = new ArrayList<>();
    Keeping slow =
        new Keeping() {
          @Override
          public void write(RowBlock block, Rejects rejects) throws Exception {
            super.write(block, rejects);
            Thread.yield();
            ahead.add(reader.read.get() - kept.size());
          }
        };

    new Stages(reader, new PassOn(-1), List.of(slow), 2).run("test", new Watching());

    // Two waiting before each stage, one in the hands of the reader and of the converter.
    assertThat(ahead).hasSize(200).allMatch(blocks -> blocks <= 6);
  }

  @Test
  void converterFaultIsThrownWithoutAConsumer() {
    assertThatThrownBy(
            () ->
                new Stages(new Counting(100), new PassOn(50), List.of(), 2)
                    .run("test", new Watching()))
        .isInstanceOf(IOException.class)
        .hasMessage("no 50");
  }

  @Test
  void aFaultOfOneWriterStopsAllOthers() {
    Counting endless = new Counting(Integer.MAX_VALUE);
    Keeping other = new Keeping();
    Keeping failing =
        new Keeping() {
          @Override
          public void write(RowBlock block, Rejects rejects) throws Exception {
            throw new IOException("disk full");
          }
        };

    assertThatThrownBy(
            () ->
                new Stages(endless, new PassOn(-1), List.of(other, failing), 2)
                    .run("test", new Watching()))
        .isInstanceOf(IOException.class)
        .hasMessage("disk full");
    assertThat(endless.closed && other.closed && failing.closed).isTrue();
  }

  @Test
  void interruptEndsWaitForHangingWriter() throws Exception {
    CountDownLatch hangs = new CountDownLatch(1);
    Keeping hanging =
        new Keeping() {
          @Override
          public void write(RowBlock block, Rejects rejects) throws Exception {
            hangs.countDown();
            new CountDownLatch(1).await();
          }
        };
    List<Throwable> thrown = new ArrayList<>();
    Thread runner =
        new Thread(
            () -> {
              try {
                new Stages(new Counting(9), new PassOn(-1), List.of(hanging), 2)
                    .run("test", new Watching());
              } catch (Exception e) {
                thrown.add(e);
              }
            });
    runner.start();
    hangs.await();

    runner.interrupt();
    runner.join();

    assertThat(thrown).singleElement().isInstanceOf(InterruptedException.class);
    assertThat(hanging.closed).isTrue();
  }

  @Test
  void whatTheWatcherThrowsStopsAll() {
    Keeping refusing =
        new Keeping() {
          @Override
          public void write(RowBlock block, Rejects rejects) throws Exception {
            rejects.reject(DeadLetter.ofRow("refused", "7"));
          }
        };
    Stages.Watcher strict =
        new Stages.Watcher() {
          @Override
          public void rejected(DeadLetter line) {
            throw new IllegalStateException(line.reason());
          }

          @Override
          public void read(long rowsRead, long bytesRead) {}
        };

    assertThatThrownBy(
            () ->
                new Stages(new Counting(Integer.MAX_VALUE), new PassOn(-1), List.of(refusing), 2)
                    .run("test", strict))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("refused");
  }
}

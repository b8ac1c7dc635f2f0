package dev.diagonal.benchmarks;

import dev.diagonal.block.Block;
import dev.diagonal.jdbc.write.JdbcBlockWriter;
import dev.diagonal.jdbc.write.JdbcWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Blocks of rows in memory, written by some {@link JdbcBlockWriter}s. */
final class WriterFromMemory {

  private static final int BLOCK_ROWS = 50_000; // as the raw COPY, so that rows are in like order

  private final List<Block<SinkRow>> blocks = new ArrayList<>();

  WriterFromMemory(long rows) {
    for (long from = 0; from < rows; from += BLOCK_ROWS) {
      long to = Math.min(rows, from + BLOCK_ROWS);
      blocks.add(new Block<>(LongStream.range(from, to).mapToObj(SinkRow::of).toList()));
    }
  }

  void run(JdbcWrite<SinkRow> write, int connections) throws Exception {
    ConcurrentLinkedQueue<Block<SinkRow>> left = new ConcurrentLinkedQueue<>(blocks);
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        done.add(threads.submit(() -> send(write, left)));
      }
      for (Future<?> each : done) {
        each.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private static Void send(JdbcWrite<SinkRow> write, ConcurrentLinkedQueue<Block<SinkRow>> left)
      throws Exception {
    try (JdbcBlockWriter<SinkRow> writer = JdbcBlockWriter.open(write)) {
      for (Block<SinkRow> block = left.poll(); block != null; block = left.poll()) {
        writer.write(block);
      }
      if (writer.flush().rows() < 0) {
        throw new IllegalStateException("nothing was written");
      }
    }
    return null;
  }
}

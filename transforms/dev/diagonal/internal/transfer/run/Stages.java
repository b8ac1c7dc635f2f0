package dev.diagonal.internal.transfer.run;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.metrics.StageTime;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.mapping.BlockConverter;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.write.RowBlockWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads, converts and writes concurrently: the reader, the converter and every writer have their
 * own threads, with a few blocks between them. A slow stage slows those before it, so memory does
 * not grow; the slowest of several writers sets the pace. A fault in any stage stops all others
 * immediately and is thrown, even if no stage is consuming blocks.
 *
 * <p>The thread that calls {@link #run} only waits: it passes bad rows and counts to {@link
 * Watcher}, and may be interrupted.
 */
final class Stages {

  /** Receives bad rows and counts, on the thread that called {@link #run}. */
  interface Watcher {
    void rejected(DeadLetter line);

    /**
     * Returns whether {@link #rejected} throws. No row after a bad one is then written, since the
     * stage that has found it waits until it is stopped.
     */
    default boolean failsOnBadRows() {
      return false;
    }

    /**
     * Reports how many more good rows, including those that a filter dropped, and bytes were read.
     */
    void read(long rows, long bytes);
  }

  private static final int READ = 0;
  private static final int CONVERT = 1;
  private static final int WRITE = 2;

  /** The maximum number of bad rows that wait to be reported. */
  private static final int WAITING_REPORTS = 64;

  private final RowBlockReader reader;
  private final BlockConverter converter;
  private final List<RowBlockWriter> writers;
  private final List<Handoff<RowBlock>> toWriters = new ArrayList<>();
  private final Handoff<RowBlock> toConverter;
  private final Handoff<Report> reports = new Handoff<>(WAITING_REPORTS);
  private final AtomicReference<@Nullable Throwable> fault = new AtomicReference<>();
  private final List<Thread> threads = new ArrayList<>();
  private final long[] written;
  private final long[] nanos;
  private boolean failsOnBadRows;

  /** A report to the calling thread: a bad row, rows read, or the end of a stage. */
  private record Report(
      @Nullable DeadLetter rejected, long rowsRead, long bytesRead, boolean done) {}

  /**
   * @param blocksBetween the maximum number of blocks between two stages
   * @throws IllegalArgumentException if {@code blocksBetween} is below 1
   */
  Stages(
      RowBlockReader reader,
      BlockConverter converter,
      List<RowBlockWriter> writers,
      int blocksBetween) {
    checkArgument(blocksBetween > 0, "blocksBetween must be > 0, got %s", blocksBetween);
    this.reader = reader;
    this.converter = converter;
    this.writers = List.copyOf(writers);
    this.toConverter = new Handoff<>(blocksBetween);
    this.written = new long[writers.size()];
    this.nanos = new long[WRITE + writers.size()];
    writers.forEach(writer -> toWriters.add(new Handoff<>(blocksBetween)));
  }

  /**
   * Runs all stages to their end, and closes the reader and writers in any case.
   *
   * @param name of the transfer, for the names of the threads
   * @return how many rows each writer has written
   * @throws Exception what the first stage that failed has thrown
   */
  long[] run(String name, Watcher watcher) throws Exception {
    failsOnBadRows = watcher.failsOnBadRows();
    stage("read " + name, this::read, reader);
    stage("convert " + name, this::convert, null);
    for (int i = 0; i < writers.size(); i++) {
      int writer = i;
      stage("write " + name, () -> write(writer), writers.get(i));
    }
    try {
      threads.forEach(Thread::start);
      watch(watcher);
    } catch (Throwable stopped) {
      failed(stopped);
    }
    joinAll();
    Throwable thrown = fault.get();
    if (thrown instanceof Error error) {
      throw error;
    } else if (thrown != null) {
      throw (Exception) thrown;
    }
    return written;
  }

  /**
   * Returns what the stages did with their time: reader, converter, writers; after {@link #run}.
   */
  List<StageTime> times() {
    List<StageTime> times = new ArrayList<>();
    times.add(new StageTime(nanos[READ], 0, toConverter.putWaitNanos()));
    long waitedForWriters = toWriters.stream().mapToLong(Handoff::putWaitNanos).sum();
    times.add(new StageTime(nanos[CONVERT], toConverter.takeWaitNanos(), waitedForWriters));
    for (int i = 0; i < writers.size(); i++) {
      times.add(new StageTime(nanos[WRITE + i], toWriters.get(i).takeWaitNanos(), 0));
    }
    return times;
  }

  private void watch(Watcher watcher) throws InterruptedException {
    int running = threads.size();
    while (running > 0) {
      Report report = reports.take();
      if (report == null) {
        return;
      }
      running -= report.done ? 1 : 0;
      if (report.rowsRead > 0 || report.bytesRead > 0) {
        watcher.read(report.rowsRead, report.bytesRead);
      }
      if (report.rejected != null) {
        watcher.rejected(report.rejected);
      }
    }
  }

  private void joinAll() {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          failed(e);
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() throws Exception {
    long bytes = 0;
    for (RowBlock block = reader.next(this::reject);
        block != null;
        block = reader.next(this::reject)) {
      reports.put(new Report(null, 0, reader.bytesRead() - bytes, false));
      bytes = reader.bytesRead();
      toConverter.put(block);
    }
    reports.put(new Report(null, 0, reader.bytesRead() - bytes, false));
    toConverter.end();
  }

  private void convert() throws Exception {
    for (RowBlock block = toConverter.take(); block != null; block = toConverter.take()) {
      long[] bad = {0};
      converter.convert(
          block,
          this::handToWriters,
          line -> {
            bad[0]++;
            reject(line);
          });
      reports.put(new Report(null, block.rows() - bad[0], 0, false));
    }
    converter.finish(this::handToWriters, this::reject);
    toWriters.forEach(Handoff::end);
  }

  private void handToWriters(RowBlock block) throws InterruptedException {
    for (Handoff<RowBlock> writer : toWriters) {
      writer.put(block);
    }
  }

  private void write(int index) throws Exception {
    RowBlockWriter writer = writers.get(index);
    Handoff<RowBlock> blocks = toWriters.get(index);
    for (RowBlock block = blocks.take(); block != null; block = blocks.take()) {
      writer.write(block, this::reject);
    }
    written[index] = writer.finish(this::reject);
  }

  private void reject(DeadLetter line) throws InterruptedException {
    reports.put(new Report(line, 0, 0, false));
    if (failsOnBadRows) {
      new CountDownLatch(1).await(); // until this thread is interrupted
    }
  }

  private interface Stage {
    void run() throws Exception;
  }

  private void stage(String name, Stage stage, @Nullable AutoCloseable closed) {
    int number = threads.size();
    Thread thread =
        new Thread(
            () -> {
              long startNanos = System.nanoTime();
              try {
                stage.run();
              } catch (Throwable thrown) {
                failed(thrown);
              }
              close(closed);
              nanos[number] = System.nanoTime() - startNanos; // read after this thread has ended
              try {
                reports.put(new Report(null, 0, 0, true));
              } catch (InterruptedException e) {
                // The run has failed, and the caller knows.
              }
            },
            name);
    thread.setDaemon(true);
    threads.add(thread);
  }

  private void close(@Nullable AutoCloseable closed) {
    try {
      if (closed != null) {
        closed.close();
      }
    } catch (Exception e) {
      failed(e);
    }
  }

  /** Keeps the first fault and stops the other stages, whose faults are consequences. */
  private void failed(Throwable thrown) {
    if (!fault.compareAndSet(null, thrown)) {
      return;
    }
    toConverter.breakOff();
    toWriters.forEach(Handoff::breakOff);
    reports.breakOff();
    reader.abort();
    writers.forEach(RowBlockWriter::abort);
    for (Thread thread : threads) {
      thread.interrupt();
    }
  }
}

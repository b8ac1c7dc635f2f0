package dev.diagonal.files;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.fault.BadRecordCount;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.stored.FileText;
import dev.diagonal.internal.metrics.Counted;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.jspecify.annotations.Nullable;

/** Passes the ranges of each bundle to a consumer. */
final class ReadRangesFn<T> extends DoFn<FileRange, T> {

  /** How many records are counted at a time, for the progress line. */
  private static final int COUNTED_RECORDS = 1_000;

  private final List<String> patterns;
  private final LineConsumer.Factory<T> consumers;
  private final LineReading reading;
  private final BadRecordCount badRecords;

  private transient byte @Nullable [] buffer;
  private transient LineConsumer<T> consumer;

  /**
   * @param patterns the files, which are read one after another if there is a limit
   */
  ReadRangesFn(
      List<String> patterns,
      LineConsumer.Factory<T> consumers,
      LineReading reading,
      boolean routeBadRecords) {
    this.patterns = List.copyOf(patterns);
    this.consumers = consumers;
    this.reading = reading;
    this.badRecords = new BadRecordCount(routeBadRecords, reading.maxBadRecords());
  }

  @Setup
  public void setup() {
    consumer = consumers.create();
  }

  @ProcessElement
  public void processElement(ProcessContext context) {
    LineConsumer.Output<T> output = new ElementOutput(context);
    Limit limit = new Limit(reading.limit());
    if (!limit.isSet()) {
      read(context.element(), output, limit);
      return;
    }
    for (InputFile file : InputFiles.matching(patterns).files()) {
      if (limit.isReached()) {
        break;
      }
      read(FileRange.all(file), output, limit);
    }
  }

  private void read(FileRange range, LineConsumer.Output<T> output, Limit limit) {
    RecordFormat records = reading.records();
    if (records != null && records.matches(range.input())) {
      driveRecords(records, range, output, limit);
      return;
    }
    try (FileText text = FileText.open(range.input())) {
      if (buffer == null) {
        buffer = new byte[RangeReader.BLOCK_BYTES + 1];
      }
      RangeReader reader = new RangeReader(text, text::position, range, buffer, reading.cuts());
      drive(reader, range, text, output, limit);
    } catch (IOException e) {
      throw new BadInputException("cannot read " + range.file() + ": " + Reason.of(e), e);
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) {
    consumer.finish(
        new LineConsumer.Output<>() {
          @Override
          public void emit(T element) {
            context.output(element, BoundedWindow.TIMESTAMP_MIN_VALUE, GlobalWindow.INSTANCE);
          }

          @Override
          public void reject(DeadLetter line) {
            badRecords.add(line);
            context.output(
                BadRecordRouter.BAD_RECORD_TAG,
                line.toBadRecord(),
                BoundedWindow.TIMESTAMP_MIN_VALUE,
                GlobalWindow.INSTANCE);
          }
        });
  }

  @Teardown
  public void teardown() {
    if (consumer != null) { // null if the setup has failed
      consumer.close();
    }
  }

  private void drive(
      RangeReader reader,
      FileRange range,
      FileText text,
      LineConsumer.Output<T> output,
      Limit limit)
      throws IOException {
    TextFile file = reader.readStart(reading.header(), reading.skipped());
    if (file == null) {
      return;
    }
    consumer.open(file);
    byte[] comment = reading.skipped().commentBytes();
    // Bytes read for the header, or after the end of the range, are counted by another range.
    long before = range.start() == 0 ? 0 : text.storedBytesRead();
    long bytes = range.end() - range.start();
    reader.seek();
    long counted = 0;
    Consumer<DeadLetter> rejects = limit.counting(output::reject);
    while (!limit.isReached()) {
      TextBlock block = reader.next(rejects::accept);
      if (block == null) {
        break;
      }
      if (comment.length > 0) {
        SkippedLines.erase(comment, block);
      }
      limit.cut(block);
      Counted.ROWS_READ.add(consumer.accept(block, output));
      counted += countBytes(Math.min(text.storedBytesRead() - before, bytes) - counted);
    }
    countBytes(Math.min(text.storedBytesRead() - before, bytes) - counted);
  }

  private void driveRecords(
      RecordFormat format, FileRange range, LineConsumer.Output<T> output, Limit limit) {
    try (RecordFormat.Records rows = format.open(range)) {
      consumer.open(new TextFile(range.file(), rows.header(), true));
      rows.select(consumer::reads);
      LineConsumer.Output<T> numbered = new RecordBlocks.Numbered<>(output);
      long good = 0;
      long counted = 0;
      RecordBlocks blocks = new RecordBlocks(rows, range.file(), reading.cuts() != null);
      Consumer<DeadLetter> rejects = limit.counting(output::reject);
      while (!limit.isReached()) {
        TextBlock line = blocks.next(rejects);
        if (line == null) {
          break;
        }
        limit.cut(line);
        good += consumer.accept(line, numbered);
        if (good >= COUNTED_RECORDS) {
          Counted.ROWS_READ.add(good);
          counted += countBytes(rows.bytesRead() - counted);
          good = 0;
        }
      }
      Counted.ROWS_READ.add(good);
      countBytes(rows.bytesRead() - counted);
    } catch (IOException e) {
      throw new BadInputException("cannot read " + range.file() + ": " + Reason.of(e), e);
    }
  }

  private static long countBytes(long bytes) {
    Counted.BYTES_READ.add(bytes);
    return bytes;
  }

  private final class ElementOutput implements LineConsumer.Output<T> {

    private final ProcessContext context;

    ElementOutput(ProcessContext context) {
      this.context = context;
    }

    @Override
    public void emit(T element) {
      context.output(element);
    }

    @Override
    public void reject(DeadLetter line) {
      badRecords.add(line);
      context.output(BadRecordRouter.BAD_RECORD_TAG, line.toBadRecord());
    }
  }

  /** Counts records, and cuts the block that holds the last one. */
  static final class Limit {

    private long left;
    private final boolean isSet;

    Limit(long records) {
      this.left = records;
      this.isSet = records != ReadLines.NO_LIMIT;
    }

    boolean isSet() {
      return isSet;
    }

    boolean isReached() {
      return left == 0;
    }

    Consumer<DeadLetter> counting(Consumer<DeadLetter> rejects) {
      return letter -> {
        if (left > 0) {
          left -= isSet ? 1 : 0;
          rejects.accept(letter);
        }
      };
    }

    /** Counts the lines of a block that are not empty, and removes those after the last one. */
    void cut(TextBlock block) {
      if (!isSet) {
        return;
      }
      byte[] bytes = block.bytes();
      int line = block.start();
      for (int i = block.start(); i < block.end(); i++) {
        if (bytes[i] != '\n') {
          continue;
        }
        boolean empty = i == line || (i == line + 1 && bytes[line] == '\r');
        if (!empty && left == 0) {
          block.endAt(line);
          return;
        }
        left -= empty ? 0 : 1;
        line = i + 1;
      }
    }
  }
}

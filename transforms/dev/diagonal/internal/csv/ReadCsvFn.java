package dev.diagonal.internal.csv;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.fault.BadRecordCount;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.stored.FileText;
import dev.diagonal.internal.files.stored.FirstLine;
import dev.diagonal.internal.metrics.Counted;
import java.io.IOException;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;

/** Passes the records of the files of each bundle to a consumer. */
final class ReadCsvFn<T> extends DoFn<InputFile, T> {

  /** The number of records between two updates of the counters. */
  private static final int COUNTED_TOGETHER = 1_000;

  private final ReadCsv.Reading<T> reading;
  private final BadRecordCount badRecords;
  private final Counter replaced = Metrics.counter(Counted.NAMESPACE, ReadCsv.REPLACED_CHARACTERS);

  private transient RecordConsumer<T> consumer;

  ReadCsvFn(ReadCsv.Reading<T> reading) {
    this.reading = reading;
    this.badRecords = new BadRecordCount(reading.routeBadRecords(), reading.maxBadRecords());
  }

  @Setup
  public void setup() {
    consumer = reading.consumers().create();
  }

  @ProcessElement
  public void read(ProcessContext context) {
    InputFile input = context.element();
    String file = input.name();
    try (FileText text = FileText.open(input);
        CsvReader records =
            new CsvReader(text, reading.dialect(), reading.maxRecordBytes(), true)) {
      consumer.open(file);
      drive(records, text, new ElementOutput(context), file);
    } catch (IOException e) {
      String reason = Reason.of(e);
      throw new BadInputException("cannot read " + file + ": " + reason, e);
    }
  }

  private void drive(CsvReader records, FileText text, LineConsumer.Output<T> output, String file)
      throws IOException {
    long countedBytes = 0;
    int good = 0;
    boolean first = true;
    while (records.next()) {
      if (first) {
        FirstLine.refuseRecord(file, records.record());
        first = false;
      }
      String problem = records.problem();
      if (problem == null) {
        problem = consumer.accept(records, output);
      }
      if (problem != null) {
        output.reject(new DeadLetter(file, records.offset(), problem, records.record()));
      } else if (++good == COUNTED_TOGETHER) {
        Counted.ROWS_READ.add(good);
        Counted.BYTES_READ.add(text.storedBytesRead() - countedBytes);
        countedBytes = text.storedBytesRead();
        good = 0;
      }
    }
    Counted.ROWS_READ.add(good);
    Counted.BYTES_READ.add(text.storedBytesRead() - countedBytes);
    if (records.replacedCharacters() > 0) {
      replaced.inc(records.replacedCharacters());
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
}

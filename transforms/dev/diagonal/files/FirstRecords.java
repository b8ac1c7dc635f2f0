package dev.diagonal.files;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.stored.FileText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header and the first records of an input before a run creates anything. A consumer that
 * cannot read them fails the command while the target is still untouched.
 */
public final class FirstRecords {

  /** Text of this size holds some thousand records. */
  private static final int MOST_BYTES = 1 << 16;

  /** Records of a {@link RecordFormat} are decoded a page at a time, so fewer are read. */
  private static final int MOST_RECORDS = 100;

  /** An input with a handler is refused only if it has this many records and none is good. */
  private static final int ENOUGH_BAD = 100;

  private final boolean header;
  private final SkippedLines skipped;
  private final RecordFormat records;
  private final long limit;

  /**
   * @param header whether the first line of a file of text is a header
   * @param skipped which lines of text are not records
   * @param records the format of files that are not text
   */
  public FirstRecords(boolean header, SkippedLines skipped, RecordFormat records) {
    this(header, skipped, records, ReadLines.NO_LIMIT);
  }

  private FirstRecords(boolean header, SkippedLines skipped, RecordFormat records, long limit) {
    this.header = header;
    this.skipped = skipped;
    this.records = records;
    this.limit = limit;
  }

  /** Reads at most this many records, good or bad; {@link ReadLines#NO_LIMIT} by default. */
  public FirstRecords withLimit(long most) {
    return new FirstRecords(header, skipped, records, most);
  }

  /**
   * Reads the start of the first file that is not empty. A pipe can be read only once and is left
   * to the run.
   *
   * @param consumer reads the records; it must write nowhere before {@link LineConsumer#finish},
   *     which is not called
   * @param keepsBadRecords whether the run goes on after a bad record
   * @throws BadInputException if the file cannot be read or its header does not fit; if a record is
   *     bad and {@code keepsBadRecords} is false; if the first {@value #ENOUGH_BAD} records or more
   *     are all bad
   */
  public <T> void check(InputFiles files, LineConsumer<T> consumer, boolean keepsBadRecords) {
    Checked<T> checked = new Checked<>(keepsBadRecords, 0);
    try {
      readFirst(files, consumer, checked);
    } finally {
      consumer.close();
    }
    checked.requireAny();
  }

  /**
   * Reads the start of the input as {@link #check} does.
   *
   * @param most how many of the consumer's results are returned
   * @param finishes whether {@link LineConsumer#finish} is called, which then must write nowhere
   * @return the first results; none of a pipe
   */
  public <T> List<T> results(
      InputFiles files,
      LineConsumer<T> consumer,
      boolean keepsBadRecords,
      int most,
      boolean finishes) {
    Checked<T> checked = new Checked<>(keepsBadRecords, most);
    try {
      if (readFirst(files, consumer, checked) && finishes) {
        consumer.finish(checked);
      }
    } finally {
      consumer.close();
    }
    checked.requireAny();
    return checked.results;
  }

  private <T> boolean readFirst(InputFiles files, LineConsumer<T> consumer, Checked<T> checked) {
    for (InputFile file : files.files()) {
      if (file.isPipe()) {
        return false;
      }
      if (file.bytes() > 0 && readsAny(file, consumer, checked)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether the file has a header or a record. */
  private <T> boolean readsAny(InputFile file, LineConsumer<T> consumer, Checked<T> checked) {
    try {
      return records.matches(file)
          ? readRecords(file, consumer, checked)
          : readText(file, consumer, checked);
    } catch (IOException e) {
      throw new BadInputException("cannot read " + file.name() + ": " + Reason.of(e), e);
    }
  }

  private <T> boolean readText(InputFile file, LineConsumer<T> consumer, Checked<T> checked)
      throws IOException {
    try (FileText text = FileText.open(file)) {
      RangeReader reader =
          new RangeReader(
              text,
              text::position,
              new FileRange(file, 0, MOST_BYTES),
              new byte[RangeReader.BLOCK_BYTES + 1]);
      TextFile start = reader.readStart(header, skipped);
      if (start == null) {
        return false;
      }
      consumer.open(start);
      reader.seek();
      byte[] comment = skipped.commentBytes();
      boolean any = header;
      ReadRangesFn.Limit left = new ReadRangesFn.Limit(limit);
      Consumer<DeadLetter> rejects = left.counting(checked::reject);
      while (!left.isReached()) {
        TextBlock block = reader.next(rejects::accept);
        if (block == null) {
          break;
        }
        if (comment.length > 0) {
          SkippedLines.erase(comment, block);
        }
        left.cut(block);
        checked.good += consumer.accept(block, checked);
        any = true;
      }
      return any;
    }
  }

  private <T> boolean readRecords(InputFile file, LineConsumer<T> consumer, Checked<T> checked)
      throws IOException {
    try (RecordFormat.Records rows = records.open(FileRange.all(file))) {
      consumer.open(new TextFile(file.name(), rows.header(), true));
      rows.select(consumer::reads);
      RecordBlocks blocks = new RecordBlocks(rows, file.name(), false);
      LineConsumer.Output<T> numbered = new RecordBlocks.Numbered<>(checked);
      ReadRangesFn.Limit left = new ReadRangesFn.Limit(limit);
      Consumer<DeadLetter> rejects = left.counting(checked::reject);
      for (int i = 0; i < MOST_RECORDS && !left.isReached(); i++) {
        TextBlock line = blocks.next(rejects);
        if (line == null) {
          break;
        }
        left.cut(line);
        checked.good += consumer.accept(line, numbered);
      }
      return true;
    }
  }

  /** Counts records, and fails on the first bad one unless they are kept. */
  private static final class Checked<T> implements LineConsumer.Output<T> {

    private final boolean keepsBadRecords;
    private final int most;
    private final List<T> results = new ArrayList<>();
    private long good;
    private long bad;
    private @Nullable DeadLetter first;

    Checked(boolean keepsBadRecords, int most) {
      this.keepsBadRecords = keepsBadRecords;
      this.most = most;
    }

    @Override
    public void emit(T element) {
      if (results.size() < most) {
        results.add(element);
      }
    }

    @Override
    public void reject(DeadLetter line) {
      if (!keepsBadRecords) {
        throw new BadInputException(line.describe());
      }
      first = first == null ? line : first;
      bad++;
    }

    void requireAny() {
      if (first != null && good == 0 && bad >= ENOUGH_BAD) {
        throw new BadInputException(
            "all of the first %s records are bad. The first one: %s"
                .formatted(bad, first.describe()));
      }
    }
  }
}

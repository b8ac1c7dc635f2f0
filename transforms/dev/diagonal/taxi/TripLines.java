package dev.diagonal.taxi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.csv.CsvFields;
import dev.diagonal.csv.HeaderColumns;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.Hashing;

/**
 * Puts out a {@link Trip} for each line, in their order, from comma-separated files whose first
 * line names the columns: {@link TripColumn} by their names, in any order. Further columns are
 * passed over, and columns that a file does not have are null, but for the two zones. Empty lines
 * are passed over; a line with another number of fields than the header, without a zone, or with a
 * value that is not of its column's kind, is a bad line.
 *
 * <p>The id of a trip is the place of its line: 64 bits of a hash of the file's name (Murmur3), as
 * the file system spells it, and the byte offset of the line. So it is the same in every run, and
 * another if the file is moved. It knows nothing of what the line says: a file must not be replaced
 * by another one of the same name, whose lines at the same offsets would be taken for those that
 * are there already.
 */
public final class TripLines implements LineConsumer<Trip> {

  private static final TripColumn[] COLUMNS = TripColumn.values();

  private final CsvFields fields = new CsvFields(',');
  private final int[] positions = new int[COLUMNS.length];
  private String file = "";
  private long fileHash;
  private int width;

  private TripLines() {}

  /** Returns a maker of consumers. */
  public static LineConsumer.Factory<Trip> factory() {
    return TripLines::new;
  }

  /**
   * {@inheritDoc}
   *
   * @throws BadInputException if the file has no header, or the header has no column of the zones
   */
  @Override
  public void open(TextFile textFile) {
    file = textFile.name();
    fileHash = Hashing.murmur3_128().hashString(file, UTF_8).asLong();
    HeaderColumns names = HeaderColumns.of(textFile);
    width = names.count();
    for (TripColumn column : COLUMNS) {
      positions[column.index()] =
          column.isRequired()
              ? names.position(column.header())
              : names.positionIfThere(column.header());
    }
  }

  @Override
  public long accept(TextBlock block, Output<Trip> output) {
    byte[] bytes = block.bytes();
    long good = 0;
    for (int start = block.start(), next; start < block.end(); start = next) {
      int lineEnd = start;
      while (bytes[lineEnd] != '\n') {
        lineEnd++;
      }
      next = lineEnd + 1;
      int end = lineEnd > start && bytes[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
      if (end == start) {
        continue;
      }
      long offset = block.offsetOf(start);
      try {
        output.emit(read(bytes, start, end, offset));
        good++;
      } catch (FieldValues.UnfitException unfit) {
        String line = new String(bytes, start, end - start, UTF_8);
        output.reject(new DeadLetter(file, offset, unfit.reason(), line));
      }
    }
    return good;
  }

  @Override
  public void finish(Output<Trip> output) {}

  private Trip read(byte[] bytes, int start, int end, long offset)
      throws FieldValues.UnfitException {
    String fault = fields.split(bytes, start, end);
    if (fault != null) {
      throw new FieldValues.UnfitException(fault);
    }
    if (fields.count() != width) {
      throw new FieldValues.UnfitException(
          "%d fields where the header has %d".formatted(fields.count(), width));
    }
    long[] values = new long[COLUMNS.length];
    int present = 0;
    String flag = null;
    for (TripColumn column : COLUMNS) {
      int i = column.index();
      int field = positions[i];
      if (field == HeaderColumns.NOT_THERE || fields.isNull(field)) {
        if (column.isRequired()) {
          throw new FieldValues.UnfitException(column.header() + " is empty");
        }
        continue;
      }
      present |= 1 << i;
      switch (column.kind()) {
        case WHOLE -> values[i] = FieldValues.whole(column.header(), fields, field);
        case NUMBER -> values[i] = FieldValues.number(column.header(), fields, field);
        case TIME -> values[i] = FieldValues.time(column.header(), fields, field);
        case TEXT -> flag = FieldValues.text(column.header(), fields, field);
      }
    }
    return new Trip(fileHash, offset, values, present, flag);
  }
}

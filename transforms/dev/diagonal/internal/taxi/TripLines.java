package dev.diagonal.internal.taxi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.internal.files.PiecedLines;
import dev.diagonal.internal.files.stored.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parses a {@link Trip} from each line, in order, of separated values whose header names the
 * columns: {@link TripColumn} by their names, in any order. Columns that a file lacks are null,
 * except the two zones; other columns are ignored; both are counted for {@link TripRemarks}. Empty
 * lines are skipped. A line with another number of fields than the header, without a zone, or with
 * a value that does not fit its column, is a bad record.
 *
 * <p>The id of a trip is the place of its line: 64 bits of a hash of the file's name (Murmur3), as
 * the file system writes it, and the byte offset of the line. So it is the same in every run, but
 * changes if the file is moved. It does not depend on the contents of the line; the {@link Piece}
 * of the trip does.
 */
public final class TripLines implements LineConsumer<Trip> {

  private static final TripColumn[] COLUMNS = TripColumn.values();

  private final String delimiter;
  private CsvFields fields;
  private String file = "";
  private long fileHash;
  private @Nullable TripHeader header;

  /** The headers of this bundle. */
  private final List<TripHeader> headers = new ArrayList<>();

  private TripLines(String delimiter) {
    this.delimiter = delimiter;
    this.fields = new CsvFields(delimiter);
  }

  /** Returns a factory of consumers of lines with commas. */
  public static LineConsumer.Factory<Trip> factory() {
    return of(",");
  }

  /** Returns a factory of consumers of lines with this text between two fields. */
  public static LineConsumer.Factory<Trip> of(String delimiter) {
    CsvFields unused = new CsvFields(delimiter); // refuses an invalid delimiter
    return () -> new TripLines(delimiter);
  }

  /**
   * {@inheritDoc}
   *
   * @throws BadInputException if the file has no header, or the header lacks a column of the zones
   *     or has a column twice
   */
  @Override
  public void open(TextFile textFile) {
    file = textFile.name();
    fileHash = Piece.fileOf(file);
    String between = textFile.records() ? "," : delimiter;
    fields = new CsvFields(between);
    header = TripHeader.of(textFile, between);
    headers.add(header);
  }

  @Override
  public boolean reads(int column) {
    return header == null || header.reads(column);
  }

  @Override
  public long accept(TextBlock block, Output<Trip> output) {
    TripHeader columns = Objects.requireNonNull(header, "a file must be opened first");
    byte[] bytes = block.bytes();
    Piece piece = PiecedLines.pieceOf(block);
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
        output.emit(read(columns, bytes, start, end, offset, piece));
        good++;
      } catch (FieldValues.UnfitException unfit) {
        String line = new String(bytes, start, end - start, UTF_8);
        output.reject(new DeadLetter(file, offset, unfit.reason(), line));
      }
    }
    return good;
  }

  @Override
  public void finish(Output<Trip> output) {
    headers.forEach(TripHeader::report);
    headers.clear();
  }

  private Trip read(
      TripHeader header, byte[] bytes, int start, int end, long offset, @Nullable Piece piece)
      throws FieldValues.UnfitException {
    String fault = fields.split(bytes, start, end);
    if (fault != null) {
      throw new FieldValues.UnfitException(fault);
    }
    if (fields.count() != header.width()) {
      throw new FieldValues.UnfitException(
          "%s fields, but the header has %s".formatted(fields.count(), header.width()));
    }
    long[] values = new long[COLUMNS.length];
    int present = 0;
    String flag = null;
    for (TripColumn column : COLUMNS) {
      int i = column.index();
      if (!header.has(column)) {
        continue;
      }
      int field = header.position(column);
      String name = header.nameOf(column);
      if (fields.isNull(field)) {
        if (column.isRequired()) {
          throw new FieldValues.UnfitException(name + " is empty");
        }
        continue;
      }
      present |= 1 << i;
      switch (column.kind()) {
        case WHOLE -> values[i] = FieldValues.whole(name, fields, field);
        case NUMBER -> values[i] = FieldValues.number(name, fields, field);
        case TIME -> values[i] = FieldValues.time(name, fields, field);
        case TEXT -> flag = FieldValues.text(name, fields, field);
      }
    }
    return new Trip(fileHash, offset, values, present, flag, piece);
  }
}

package dev.diagonal.internal.transfer.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.internal.csv.CsvReader;
import dev.diagonal.internal.files.stored.FirstLine;
import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.rows.CsvFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the records of a range of a CSV file, with their fields as texts. */
final class CsvBlocks implements RowBlockReader {

  private final SourceRange range;
  private final OpenText opened;
  private final CsvReader reader;
  private final CsvFormat format;
  private final RowType type;
  private final int blockRows;
  private final RowOrigin origin;
  private final byte @Nullable [] nullText;
  private byte[] unescaped = new byte[1 << 10];
  private final byte[] firstName;
  private long repeatedHeaders;
  private boolean started;
  private @Nullable RowBlock last;

  /** Whether the next record is the first one of its file. */
  private boolean atStart;

  CsvBlocks(
      SourceRange range,
      OpenText opened,
      CsvReader reader,
      CsvFormat format,
      RowType type,
      int blockRows) {
    this.range = range;
    this.opened = opened;
    this.reader = reader;
    this.format = format;
    this.nullText = format.nullBytes();
    this.type = type;
    this.blockRows = blockRows;
    this.firstName = type.names().get(0).getBytes(UTF_8);
    this.origin = new RowOrigin(range.place(), () -> opened.linesBefore());
  }

  @Override
  public @Nullable RowBlock next(Rejects rejects) throws IOException, InterruptedException {
    if (!started) {
      started = true;
      atStart = range.start() == 0;
      if (format.header() && atStart && reader.next()) {
        checkSeparatorLine();
        checkHeader();
      }
    }
    RowBlock block = last == null ? new RowBlock(type, blockRows, origin) : last.following(origin);
    last = block;
    while (!block.isFull() && reader.next()) {
      long offset = opened.offset() + reader.offset();
      if (!range.includes(offset, reader.line())) {
        break;
      }
      checkSeparatorLine();
      String problem = problem();
      if (problem == null) {
        repeatedHeaders += format.header() && isHeader() ? 1 : 0;
        add(block, offset);
      } else {
        rejects.reject(Reject.at(origin, offset, reader.line(), problem, reader.record()));
      }
    }
    return block.rows() == 0 ? null : block;
  }

  /** Checks the first record of a file. */
  private void checkSeparatorLine() {
    if (atStart) {
      atStart = false;
      FirstLine.refuseRecord(range.place(), reader.record());
    }
  }

  private @Nullable String problem() {
    if (reader.problem() != null) {
      return reader.problem();
    }
    if (!format.isUtf8() && hasUndecodable()) {
      return "it has a byte that is not a character of " + format.encoding();
    }
    int fields = reader.fields().count();
    return fields == type.size()
        ? null
        : "it has %s fields, but the file has %s columns".formatted(fields, type.size());
  }

  private boolean hasUndecodable() {
    CsvFields fields = reader.fields();
    int end = fields.end(fields.count() - 1);
    for (int i = fields.start(0); i < end; i++) {
      if (fields.bytes()[i] == Utf8Stream.UNDECODABLE) {
        return true;
      }
    }
    return false;
  }

  private void add(RowBlock block, long offset) {
    CsvFields fields = reader.fields();
    for (int i = 0; i < type.size(); i++) {
      if (CsvFiles.isNull(fields, i, nullText)) {
        block.setNull(i);
      } else if (fields.isEscaped(i)) {
        int length = fields.end(i) - fields.start(i);
        if (unescaped.length < length) {
          unescaped = new byte[2 * length];
        }
        block.setBytes(i, unescaped, 0, fields.copy(i, unescaped, 0));
      } else {
        block.setBytes(i, fields.bytes(), fields.start(i), fields.end(i));
      }
    }
    block.endRow(offset, reader.line());
  }

  /** Returns whether a record has the names of the columns. */
  private boolean isHeader() {
    CsvFields fields = reader.fields();
    int length = fields.end(0) - fields.start(0);
    boolean mayBe = length == 0 || fields.isEscaped(0) || fields.isWritten(0, firstName);
    return mayBe && names().equals(type.names());
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 0; reader.problem() == null && i < reader.fields().count(); i++) {
      names.add(CsvFiles.nameOf(reader.fields(), i));
    }
    return names;
  }

  private void checkHeader() {
    List<String> names = names();
    if (!names.equals(type.names())) {
      throw new BadInputException(
          "%s has the columns [%s], but the first file has [%s]"
              .formatted(range.place(), NearestName.list(names), NearestName.list(type.names())));
    }
  }

  @Override
  public long repeatedHeaders() {
    return repeatedHeaders;
  }

  @Override
  public long bytesRead() {
    return opened.storedBytesRead();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}

package dev.diagonal.internal.edges;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.internal.edges.EdgeFormat.Positions;
import dev.diagonal.internal.files.PiecedLines;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.rows.BadValueException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses an {@link Edge} from each line, in order. Empty lines are skipped; a line without two
 * ends, or with a field that does not fit the format, is a bad record.
 *
 * <p>The id of an edge without an id column is the place of its line: 64 bits of a hash of the
 * file's name (Murmur3), as the file system writes it, and the byte offset of the line. So it is
 * unique within a file and the same in every run, but changes if the file is moved. It does not
 * depend on the contents of the line; the {@link Piece} of the edge does.
 */
public final class EdgeLines implements LineConsumer<Edge> {

  private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]+");

  private static final @Nullable String[] NO_TEXTS = {};

  private final EdgeFormat format;
  private final EdgeValues values;
  private CsvFields fields;
  private String file = "";
  private long fileHash;
  private Positions positions = new Positions(0, 1, -1, List.of(), 0);
  private int last;

  /** The header of the file; empty if it has none. */
  private byte[] header = {};

  /** Where the number of fields is from, for messages. */
  private String countedIn = "";

  /** The error of the current line, or null. */
  private @Nullable String fault;

  private EdgeLines(EdgeFormat format) {
    this.format = format;
    this.values = new EdgeValues(format.columns());
    this.fields = format.fields();
  }

  /** Returns a factory of consumers of lines of this format. */
  public static LineConsumer.Factory<Edge> of(EdgeFormat format) {
    return () -> new EdgeLines(format);
  }

  @Override
  public void open(TextFile textFile) {
    file = textFile.name();
    fileHash = Piece.fileOf(file);
    EdgeFormat layout = textFile.records() ? format.ofRecords() : format;
    fields = layout.fields();
    positions = layout.positionsIn(textFile);
    last = positions.last();
    String line = textFile.header();
    header = line == null ? new byte[0] : line.getBytes(UTF_8);
    countedIn = line == null ? "most of the first lines have" : "the header has";
  }

  @Override
  public boolean reads(int column) {
    return positions.has(column);
  }

  @Override
  public long accept(TextBlock block, Output<Edge> output) {
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
      fault = fields.split(bytes, start, end);
      if (fault == null && fields.count() == 0) {
        continue; // only blanks
      }
      Edge edge = fault == null ? read(offset, piece) : null;
      if (edge == null || fault != null) {
        output.reject(
            new DeadLetter(
                file, offset, String.valueOf(fault), new String(bytes, start, end - start, UTF_8)));
      } else {
        if (Arrays.equals(bytes, start, end, header, 0, header.length)) {
          Counted.REPEATED_HEADERS.add(1);
        }
        output.emit(edge);
        good++;
      }
    }
    return good;
  }

  @Override
  public void finish(Output<Edge> output) {}

  /** Returns the edge of the last line that was cut; undefined if it sets {@link #fault}. */
  private @Nullable Edge read(long offset, @Nullable Piece piece) {
    fault = wrongCount();
    if (fault != null) {
      return null;
    }
    IdKind idKind = format.idKind();
    boolean named = format.textIds();
    int leading = (named ? 2 : 0) + (idKind == IdKind.TEXT ? 1 : 0);
    int size = leading + positions.columns().size();
    @Nullable String[] texts = size == 0 ? NO_TEXTS : new String[size];
    long source = 0;
    long target = 0;
    if (named) {
      texts[0] = textId("source", positions.source());
      texts[1] = textId("target", positions.target());
    } else {
      source = numberId("source", positions.source());
      target = numberId("target", positions.target());
    }
    long idHigh = 0;
    long idLow = 0;
    switch (idKind) {
      case PLACE -> {
        idHigh = fileHash;
        idLow = offset;
      }
      case NUMBER -> idLow = numberId("id", positions.id());
      case TEXT -> texts[leading - 1] = textId("id", positions.id());
    }
    for (int i = leading; i < size; i++) {
      int field = positions.columns().get(i - leading);
      texts[i] = fields.isNull(field) ? null : value(i - leading, field);
    }
    return new Edge(idKind, named, idHigh, idLow, source, target, texts, piece);
  }

  private @Nullable String wrongCount() {
    if (positions.fields() <= last) { // unknown, or the first lines are themselves too short
      return fields.count() > last
          ? null
          : "%s fields, but at least %s are needed".formatted(fields.count(), last + 1);
    }
    return fields.count() == positions.fields()
        ? null
        : "%s fields, but %s %s".formatted(fields.count(), countedIn, positions.fields());
  }

  private long numberId(String what, int field) {
    if (fields.isPlainNumber(field)) {
      return fields.number(field);
    }
    if (fields.isEmpty(field)) {
      blame(what + " is empty");
      return 0;
    }
    String text = fields.text(field);
    if (!WHOLE_NUMBER.matcher(text).matches()) { // Java parses digits of other scripts, too
      blame("the %s '%s' is not a whole number".formatted(what, shortened(text)));
      return 0;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      blame("the %s '%s' does not fit 64 bits".formatted(what, shortened(text)));
      return 0;
    }
  }

  private @Nullable String value(int column, int field) {
    if (values.isText(column)) {
      return text(format.columns().get(column).name(), field);
    }
    try {
      if (!fields.isEscaped(field)) {
        return values.of(column, fields.bytes(), fields.start(field), fields.end(field));
      }
      byte[] unescaped = new byte[fields.end(field) - fields.start(field)];
      return values.of(column, unescaped, 0, fields.copy(field, unescaped, 0));
    } catch (BadValueException e) {
      blame(String.valueOf(e.getMessage()));
      return null;
    }
  }

  private String textId(String what, int field) {
    if (fields.isEmpty(field)) {
      blame(what + " is empty");
    }
    return text(what, field);
  }

  private String text(String what, int field) {
    String text = fields.text(field);
    if (!fields.isUtf8(field, text)) {
      blame("the %s '%s' is not UTF-8".formatted(what, shortened(text)));
    }
    if (text.indexOf('\0') >= 0) {
      blame("the %s '%s' contains a zero byte".formatted(what, shortened(text)));
    }
    return text;
  }

  /** Sets the error of a line; the first one is kept. */
  private void blame(String reason) {
    if (fault == null) {
      fault = reason;
    }
  }

  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}

package dev.diagonal.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.csv.CsvDialect;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the current record, as ranges of its bytes: a field becomes an object only if its
 * text is requested. {@link #split} cuts a single line; {@link CsvReader} cuts the records of a
 * stream, which may span lines. A field may be quoted, with quotes doubled inside; only the
 * delimiter may follow it. If blanks delimit, quotes have no special meaning.
 *
 * <p>Fields are numbered from 0 and belong to the last record that was cut, whose bytes must not
 * have changed. Not thread-safe.
 */
public final class CsvFields {

  /** The record continues after the given bytes. */
  static final int MORE = -1;

  /**
   * Used instead of a quote or an escape character: equal to no byte, since 0xFF is the byte -1.
   */
  private static final int NO_BYTE = 1 << 8;

  private static final byte PLAIN = 0;
  private static final byte QUOTED = 1;
  private static final byte ESCAPED = 2;
  private static final int PLAIN_DIGITS = 18;
  private static final char UNKNOWN = '\uFFFD';

  /** The bytes with a special meaning, outside of quotes and inside them. */
  private final boolean[] stops = new boolean[256];

  private final boolean[] stopsInQuotes = new boolean[256];

  /** The delimiter, or its first byte if it has several. */
  private final byte delimiter;

  /** All bytes of a delimiter that has several, otherwise null. */
  private final byte @Nullable [] longDelimiter;

  private final int delimiterBytes;
  private final boolean atBlanks;
  private final int quote;
  private final int escape;
  private final boolean lines;
  private final boolean lineBreaksInQuotes;
  private final boolean escapedLetters;

  private byte[] bytes = {};
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private byte[] kinds = new byte[16];
  private int count;
  private int lineBreaks;
  private @Nullable String problem;

  /** Cuts lines at a text; the quote is a double quote. */
  public CsvFields(String delimiter) {
    this(CsvDialect.RFC_4180.withDelimiter(delimiter), false);
  }

  /** Returns fields that are cut at any run of blanks and tabs; quotes have no special meaning. */
  public static CsvFields atBlanks() {
    return new CsvFields(CsvDialect.RFC_4180.withDelimiter(" "), false, true);
  }

  /** @param lines whether a line break ends a record; if not, it has no special meaning */
  CsvFields(CsvDialect dialect, boolean lines) {
    this(dialect, lines, false);
  }

  private CsvFields(CsvDialect dialect, boolean lines, boolean atBlanks) {
    this.atBlanks = atBlanks;
    byte[] between = dialect.delimiter().getBytes(UTF_8);
    this.delimiter = between[0];
    this.delimiterBytes = between.length;
    this.longDelimiter = between.length == 1 ? null : between;
    this.quote = dialect.quote() == CsvDialect.NONE ? NO_BYTE : dialect.quote();
    this.escape = dialect.escape() == CsvDialect.NONE ? NO_BYTE : dialect.escape();
    this.lines = lines;
    this.lineBreaksInQuotes = dialect.lineBreaksInQuotes();
    this.escapedLetters = dialect.escapedLetters();
    stops[this.delimiter] = true;
    stops['\n'] = lines;
    stops['\r'] = lines;
    stopsInQuotes['\n'] = lines;
    stopsInQuotes['\r'] = lines;
    if (quote != NO_BYTE) {
      stopsInQuotes[quote] = true;
    }
    if (escape != NO_BYTE) {
      stops[escape] = true;
      stopsInQuotes[escape] = true;
    }
  }

  /** Cuts a line; see {@link #split(byte[], int, int)}. */
  public @Nullable String split(String line) {
    byte[] encoded = line.getBytes(UTF_8);
    return split(encoded, 0, encoded.length);
  }

  /** Cuts the line from {@code start} to {@code end}; returns the error, or null. */
  public @Nullable String split(byte[] line, int start, int end) {
    if (atBlanks) {
      bytes = line;
      count = 0;
      splitAtBlanks(start, end);
      return null;
    }
    int unused = cut(line, start, end, true);
    return problem;
  }

  /**
   * Cuts the record that starts at {@code start}.
   *
   * @param last whether nothing follows {@code end}
   * @return the end of the record, without its line break, or {@link #MORE}; a record with a {@link
   *     #problem} ends with the line in which the problem is found
   */
  int cut(byte[] source, int start, int end, boolean last) {
    bytes = source;
    count = 0;
    lineBreaks = 0;
    problem = null;
    int at = start;
    while (true) {
      if (at < end && source[at] == quote) {
        at = cutQuoted(at + 1, end, last);
      } else {
        at =
            longDelimiter == null
                ? cutPlain(at, end, last)
                : cutPlain(longDelimiter, at, end, last);
      }
      if (at == MORE || problem != null) {
        return at;
      }
      if (at == end) {
        return last ? end : MORE;
      }
      if (source[at] != delimiter) {
        return at;
      }
      at += delimiterBytes;
    }
  }

  private int cutPlain(int start, int end, boolean last) {
    byte[] source = bytes;
    boolean[] stop = stops;
    byte kind = PLAIN;
    int at = start;
    while (true) {
      while (at < end && !stop[source[at] & 0xff]) {
        at++;
      }
      if (at == end || source[at] != escape) {
        break;
      }
      kind = ESCAPED;
      if (at + 1 >= end) {
        return last ? spoiled("nothing follows the escape character", end, end, true) : MORE;
      }
      lineBreaks += breaksLine(at + 1, end) ? 1 : 0;
      at += 2;
    }
    add(start, at, kind);
    return at;
  }

  /** Cuts a field before a delimiter of several bytes. */
  private int cutPlain(byte[] between, int start, int end, boolean last) {
    byte[] source = bytes;
    byte kind = PLAIN;
    int at = start;
    while (true) {
      while (at < end && !stops[source[at] & 0xff]) {
        at++;
      }
      if (at == end) {
        break;
      }
      if (source[at] == escape) {
        kind = ESCAPED;
        if (at + 1 >= end) {
          return last ? spoiled("nothing follows the escape character", end, end, true) : MORE;
        }
        lineBreaks += breaksLine(at + 1, end) ? 1 : 0;
        at += 2;
      } else if (source[at] != delimiter) {
        break; // a line end
      } else if (at + between.length > end && !last) {
        return MORE;
      } else if (isDelimiter(between, at, end)) {
        break;
      } else {
        at++;
      }
    }
    add(start, at, kind);
    return at;
  }

  private boolean isDelimiter(byte[] between, int at, int end) {
    return at + between.length <= end
        && Arrays.equals(bytes, at, at + between.length, between, 0, between.length);
  }

  /** Cuts a field whose first byte inside the quotes is at {@code start}. */
  private int cutQuoted(int start, int end, boolean last) {
    byte[] source = bytes;
    boolean[] stop = stopsInQuotes;
    byte kind = QUOTED;
    int at = start;
    while (true) {
      while (at < end && !stop[source[at] & 0xff]) {
        at++;
      }
      if (at + 1 >= end && !last) {
        return MORE;
      }
      if (at >= end) {
        return spoiled("a quote is not closed", end, end, true);
      }
      byte found = source[at];
      if (found == quote) {
        if (at + 1 == end || source[at + 1] != quote) {
          break;
        }
        kind |= ESCAPED;
        at += 2;
      } else if (found == escape) {
        kind |= ESCAPED;
        lineBreaks += at + 1 < end && breaksLine(at + 1, end) ? 1 : 0;
        at += 2;
      } else if (lineBreaksInQuotes) {
        lineBreaks += found == '\n' || at + 1 == end || source[at + 1] != '\n' ? 1 : 0;
        at++;
      } else {
        return spoiled("a quote is not closed", at, end, last);
      }
    }
    add(start, at, kind);
    at++;
    boolean closed = at == end || source[at] == delimiter || isLineEnd(source[at]);
    if (longDelimiter != null && at < end && source[at] == delimiter) {
      if (at + delimiterBytes > end && !last) {
        return MORE;
      }
      closed = isDelimiter(longDelimiter, at, end);
    }
    return closed ? at : spoiled("text follows a closing quote", at, end, last);
  }

  /** Returns the end of the line at {@code at}, which also ends the bad record. */
  private int spoiled(String reason, int at, int end, boolean last) {
    int lineEnd = at;
    while (lineEnd < end && !isLineEnd(bytes[lineEnd])) {
      lineEnd++;
    }
    if (lineEnd == end && !last) {
      return MORE;
    }
    problem = reason;
    return lineEnd;
  }

  /** Returns whether an escaped byte ends a line: LF, or CR without a following LF. */
  private boolean breaksLine(int at, int end) {
    return bytes[at] == '\n' || (bytes[at] == '\r' && (at + 1 == end || bytes[at + 1] != '\n'));
  }

  private boolean isLineEnd(byte b) {
    return lines && (b == '\n' || b == '\r');
  }

  private void splitAtBlanks(int start, int end) {
    int i = start;
    while (true) {
      while (i < end && isBlank(bytes[i])) {
        i++;
      }
      if (i == end) {
        return;
      }
      int fieldStart = i;
      while (i < end && !isBlank(bytes[i])) {
        i++;
      }
      add(fieldStart, i, PLAIN);
    }
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private void add(int start, int end, byte kind) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      kinds = Arrays.copyOf(kinds, 2 * count);
    }
    starts[count] = start;
    ends[count] = end;
    kinds[count] = kind;
    count++;
  }

  /** Returns how many fields the record has. */
  public int count() {
    return count;
  }

  /** Returns the error of the last record, or null. */
  @Nullable String problem() {
    return problem;
  }

  /** Returns how many line breaks the record contains, without the one at its end. */
  int lineBreaks() {
    return lineBreaks;
  }

  /** Returns the bytes that the fields are ranges of; they must not be written to or kept. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns the index in {@link #bytes} of the first byte of a field, after its opening quote. */
  public int start(int field) {
    return starts[field];
  }

  /** Returns the index in {@link #bytes} after the last byte of a field, without its quotes. */
  public int end(int field) {
    return ends[field];
  }

  /** Returns whether the field is quoted. */
  public boolean isQuoted(int field) {
    return (kinds[field] & QUOTED) != 0;
  }

  /**
   * Returns whether the field contains doubled quotes or escape characters, so that its bytes
   * differ from its value, which {@link #copy} returns.
   */
  public boolean isEscaped(int field) {
    return (kinds[field] & ESCAPED) != 0;
  }

  /**
   * Copies the value of a field, with doubled quotes and escape characters undone; it is never
   * longer than the field.
   *
   * @param into an array with room for {@code end(field) - start(field)} bytes
   * @param at the index of its first byte
   * @return the index after its last byte
   */
  public int copy(int field, byte[] into, int at) {
    int from = starts[field];
    int to = ends[field];
    if (!isEscaped(field)) {
      System.arraycopy(bytes, from, into, at, to - from);
      return at + to - from;
    }
    boolean quoted = isQuoted(field);
    int next = at;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b == escape) {
        b = escaped(bytes[++i]);
      } else if (quoted && b == quote) {
        b = bytes[++i];
      }
      into[next++] = b;
    }
    return next;
  }

  /** Returns the meaning of a byte after the escape character. */
  private byte escaped(byte b) {
    if (!escapedLetters) {
      return b;
    }
    return switch (b) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0B;
      case '0' -> 0;
      case 'Z' -> 0x1A;
      default -> b;
    };
  }

  /** Returns whether a field has these bytes, before doubled quotes and escapes are undone. */
  public boolean isWritten(int field, byte[] as) {
    return Arrays.equals(bytes, starts[field], ends[field], as, 0, as.length);
  }

  public boolean isEmpty(int field) {
    return starts[field] == ends[field];
  }

  /** Returns whether the field is null: empty and not quoted. */
  public boolean isNull(int field) {
    return isEmpty(field) && kinds[field] == PLAIN;
  }

  /** Returns the field as text; invalid UTF-8 is replaced. */
  public String text(int field) {
    if (!isEscaped(field)) {
      return new String(bytes, starts[field], ends[field] - starts[field], UTF_8);
    }
    byte[] value = new byte[ends[field] - starts[field]];
    return new String(value, 0, copy(field, value, 0), UTF_8);
  }

  /** Returns whether the bytes of a field with this text are valid UTF-8. */
  public boolean isUtf8(int field, String text) {
    return text.indexOf(UNKNOWN) < 0 || survives(field);
  }

  /**
   * Returns whether the bytes are unchanged by decoding: the file may contain a replacement
   * character.
   */
  private boolean survives(int field) {
    byte[] raw = Arrays.copyOfRange(bytes, starts[field], ends[field]);
    return Arrays.equals(raw, new String(raw, UTF_8).getBytes(UTF_8));
  }

  /**
   * Returns whether the field has one to eighteen digits, optionally after a sign, so that it fits
   * into 64 bits.
   */
  public boolean isPlainNumber(int field) {
    int i = starts[field];
    int end = ends[field];
    if (i < end && (bytes[i] == '-' || bytes[i] == '+')) {
      i++;
    }
    int first = i;
    while (i < end && bytes[i] >= '0' && bytes[i] <= '9') {
      i++;
    }
    return i == end && i > first && i - first <= PLAIN_DIGITS;
  }

  /** Returns the number of a {@linkplain #isPlainNumber plain} field. */
  public long number(int field) {
    long value = 0;
    for (int i = starts[field]; i < ends[field]; i++) {
      if (bytes[i] >= '0') {
        value = value * 10 + (bytes[i] - '0');
      }
    }
    return bytes[starts[field]] == '-' ? -value : value;
  }
}

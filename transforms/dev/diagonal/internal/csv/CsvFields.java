package dev.diagonal.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.csv.CsvDialect;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one record after another into fields. {@link #split} cuts a line of its own; {@link
 * CsvReader} cuts the records of a stream, which may span lines. A field may be in quotes, in which
 * a doubled quote is a quote; only the delimiter may follow it. Where blanks delimit, a quote is a
 * character like any other.
 */
public final class CsvFields extends CutFields {

  /** The record continues after the bytes that were given. */
  static final int MORE = -1;

  /** The bytes with a special meaning, outside of quotes and inside them. */
  private final boolean[] stops = new boolean[256];

  private final boolean[] stopsInQuotes = new boolean[256];

  /** The delimiter, or its first byte if it has several. */
  private final byte delimiter;

  /** All bytes of a delimiter that has several, otherwise null. */
  private final byte @Nullable [] longDelimiter;

  private final int delimiterBytes;
  private final boolean lines;
  private final boolean lineBreaksInQuotes;
  private final boolean atBlanks;

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

  /**
   * @param lines whether a line break ends a record; if not, it has no special meaning
   */
  CsvFields(CsvDialect dialect, boolean lines) {
    this(dialect, lines, false);
  }

  private CsvFields(CsvDialect dialect, boolean lines, boolean atBlanks) {
    super(dialect);
    this.atBlanks = atBlanks;
    byte[] between = dialect.delimiter().getBytes(UTF_8);
    this.delimiter = between[0];
    this.delimiterBytes = between.length;
    this.longDelimiter = between.length == 1 ? null : between;
    this.lines = lines;
    this.lineBreaksInQuotes = dialect.lineBreaksInQuotes();
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
      cutAtBlanks(line, start, end);
      return null;
    }
    int unused = cut(line, start, end, true);
    return problem;
  }

  /** Returns the error of the last record, or null. */
  @Nullable String problem() {
    return problem;
  }

  /** Returns how many line breaks the record holds, the one at its end excluded. */
  int lineBreaks() {
    return lineBreaks;
  }

  /**
   * Cuts the record that starts at {@code start}.
   *
   * @param last whether nothing follows {@code end}
   * @return the end of the record, without its line break, or {@link #MORE}; a record with a {@link
   *     #problem} ends with the line in which the problem is found
   */
  int cut(byte[] source, int start, int end, boolean last) {
    begin(source);
    lineBreaks = 0;
    problem = null;
    int at = start;
    while (true) {
      if (at < end && source[at] == quote) {
        at = cutQuoted(at + 1, end, last);
      } else {
        at = cutPlain(at, end, last);
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
    byte[] source = bytes();
    boolean[] stop = stops;
    byte[] between = longDelimiter;
    byte kind = PLAIN;
    int at = start;
    while (true) {
      while (at < end && !stop[source[at] & 0xff]) {
        at++;
      }
      if (at == end || (source[at] != escape && (between == null || source[at] != delimiter))) {
        break; // a delimiter of one byte, or a line end
      }
      if (source[at] == escape) {
        kind = ESCAPED;
        if (at + 1 >= end) {
          return last ? spoiled("nothing follows the escape character", end, end, true) : MORE;
        }
        lineBreaks += breaksLine(at + 1, end) ? 1 : 0;
        at += 2;
      } else if (at + delimiterBytes > end && !last) {
        return MORE;
      } else if (between == null || isDelimiter(between, at, end)) {
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
        && Arrays.equals(bytes(), at, at + between.length, between, 0, between.length);
  }

  /** Cuts a field whose first byte inside the quotes is at {@code start}. */
  private int cutQuoted(int start, int end, boolean last) {
    byte[] source = bytes();
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
    while (lineEnd < end && !isLineEnd(bytes()[lineEnd])) {
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
    byte[] source = bytes();
    return source[at] == '\n' || (source[at] == '\r' && (at + 1 == end || source[at + 1] != '\n'));
  }

  private boolean isLineEnd(byte b) {
    return lines && (b == '\n' || b == '\r');
  }

  /** Cuts a line at runs of blanks and tabs; quotes mean nothing. */
  private void cutAtBlanks(byte[] line, int start, int end) {
    begin(line);
    int i = start;
    while (true) {
      while (i < end && isBlank(line[i])) {
        i++;
      }
      if (i == end) {
        return;
      }
      int fieldStart = i;
      while (i < end && !isBlank(line[i])) {
        i++;
      }
      add(fieldStart, i, PLAIN);
    }
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }
}

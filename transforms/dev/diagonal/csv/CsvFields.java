package dev.diagonal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts one line after another into fields, without making an object. A field may stand in quotes,
 * in which a doubled quote is a quote; nothing may follow it but the delimiter. Where blanks
 * delimit, a quote is a character like any other.
 *
 * <p>Fields are numbered from 0; they are those of the line that was cut last, whose bytes must not
 * have changed. Not safe for use by several threads at once.
 */
public final class CsvFields {

  /** The delimiter that stands for any run of blanks and tabs. */
  public static final char BLANKS = ' ';

  private static final byte PLAIN = 0;
  private static final byte QUOTED = 1;
  private static final byte ESCAPED = 2;
  private static final int PLAIN_DIGITS = 18;
  private static final char UNKNOWN = '\uFFFD';

  private final byte delimiter;
  private byte[] bytes = {};
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private byte[] kinds = new byte[16];
  private int count;

  /** Cuts at an ASCII character, or at {@link #BLANKS}. */
  public CsvFields(char delimiter) {
    this.delimiter = (byte) delimiter;
  }

  /** Cuts a line that is a text; see {@link #split(byte[], int, int)}. */
  public @Nullable String split(String line) {
    byte[] encoded = line.getBytes(UTF_8);
    return split(encoded, 0, encoded.length);
  }

  /** Cuts the line from {@code start} to {@code end}; returns what is wrong with it, or null. */
  public @Nullable String split(byte[] line, int start, int end) {
    bytes = line;
    count = 0;
    if (delimiter == BLANKS) {
      splitAtBlanks(start, end);
      return null;
    }
    int i = start;
    while (true) {
      if (i < end && bytes[i] == '"') {
        byte kind = QUOTED;
        int close = i + 1;
        while (close < end && (bytes[close] != '"' || isDoubled(close, end))) {
          if (bytes[close] == '"') {
            kind = ESCAPED;
            close++;
          }
          close++;
        }
        if (close >= end) {
          return "a quote is not closed";
        }
        add(i + 1, close, kind);
        i = close + 1;
        if (i < end && bytes[i] != delimiter) {
          return "text follows a closing quote";
        }
      } else {
        int fieldStart = i;
        while (i < end && bytes[i] != delimiter) {
          i++;
        }
        add(fieldStart, i, PLAIN);
      }
      if (i == end) {
        return null;
      }
      i++;
    }
  }

  private boolean isDoubled(int quote, int end) {
    return quote + 1 < end && bytes[quote + 1] == '"';
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

  /** How many fields the line has. */
  public int count() {
    return count;
  }

  public boolean isEmpty(int field) {
    return starts[field] == ends[field];
  }

  /** Whether the field has no value: it is empty and not in quotes. */
  public boolean isNull(int field) {
    return isEmpty(field) && kinds[field] == PLAIN;
  }

  /** Returns the field as text; bytes that are no UTF-8 are replaced. */
  public String text(int field) {
    String text = new String(bytes, starts[field], ends[field] - starts[field], UTF_8);
    return kinds[field] == ESCAPED ? text.replace("\"\"", "\"") : text;
  }

  /** Whether the bytes of a field whose text this is are UTF-8. */
  public boolean isUtf8(int field, String text) {
    return text.indexOf(UNKNOWN) < 0 || survives(field);
  }

  /** Whether the bytes come back: a replacement character may well stand in the file. */
  private boolean survives(int field) {
    byte[] raw = Arrays.copyOfRange(bytes, starts[field], ends[field]);
    return Arrays.equals(raw, new String(raw, UTF_8).getBytes(UTF_8));
  }

  /**
   * Whether the field is one to eighteen digits, perhaps behind a sign: a number that surely fits
   * 64 bits.
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

  /** Returns the number that a field {@linkplain #isPlainNumber plainly} is. */
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

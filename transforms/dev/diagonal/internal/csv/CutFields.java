package dev.diagonal.internal.csv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.csv.CsvDialect;
import java.util.Arrays;

/**
 * The fields of the current record, as ranges of its bytes: a field becomes an object only if its
 * text is requested.
 *
 * <p>Fields are numbered from 0 and belong to the last record that was cut, whose bytes must not
 * have changed. Not thread-safe.
 */
public abstract class CutFields {

  /** The kinds of a field: a sum of {@link #QUOTED} and {@link #ESCAPED}. */
  static final byte PLAIN = 0;

  static final byte QUOTED = 1;
  static final byte ESCAPED = 2;

  private static final int PLAIN_DIGITS = 18;
  private static final char UNKNOWN = '\uFFFD';

  /**
   * Used instead of a quote or an escape character: equal to no byte, since 0xFF is the byte -1.
   */
  static final int NO_BYTE = 1 << 8;

  final int quote;
  final int escape;
  private final boolean escapedLetters;

  private byte[] bytes = {};
  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private byte[] kinds = new byte[16];
  private int count;

  CutFields(CsvDialect dialect) {
    this.quote = dialect.quote() == CsvDialect.NONE ? NO_BYTE : dialect.quote();
    this.escape = dialect.escape() == CsvDialect.NONE ? NO_BYTE : dialect.escape();
    this.escapedLetters = dialect.escapedLetters();
  }

  /** Starts a record without fields in these bytes. */
  final void begin(byte[] source) {
    bytes = source;
    count = 0;
  }

  /** Adds a field. */
  final void add(int start, int end, byte kind) {
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
  public final int count() {
    return count;
  }

  /** Returns the bytes that the fields are ranges of; they must not be written to or kept. */
  public final byte[] bytes() {
    return bytes;
  }

  /** Returns the index in {@link #bytes} of the first byte of a field, after its opening quote. */
  public final int start(int field) {
    return starts[field];
  }

  /** Returns the index in {@link #bytes} after the last byte of a field, without its quotes. */
  public final int end(int field) {
    return ends[field];
  }

  /** Returns whether the field is quoted. */
  public final boolean isQuoted(int field) {
    return (kinds[field] & QUOTED) != 0;
  }

  /**
   * Returns whether the field contains doubled quotes or escape characters, so that its bytes
   * differ from its value, which {@link #copy} returns.
   */
  public final boolean isEscaped(int field) {
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
  public final int copy(int field, byte[] into, int at) {
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
  public final boolean isWritten(int field, byte[] as) {
    return Arrays.equals(bytes, starts[field], ends[field], as, 0, as.length);
  }

  public final boolean isEmpty(int field) {
    return starts[field] == ends[field];
  }

  /** Returns whether the field is null: empty and not quoted. */
  public final boolean isNull(int field) {
    return isEmpty(field) && kinds[field] == PLAIN;
  }

  /** Returns the field as text; invalid UTF-8 is replaced. */
  public final String text(int field) {
    if (!isEscaped(field)) {
      return new String(bytes, starts[field], ends[field] - starts[field], UTF_8);
    }
    byte[] value = new byte[ends[field] - starts[field]];
    return new String(value, 0, copy(field, value, 0), UTF_8);
  }

  /** Returns whether the bytes of a field with this text are valid UTF-8. */
  public final boolean isUtf8(int field, String text) {
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
  public final boolean isPlainNumber(int field) {
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
  public final long number(int field) {
    long value = 0;
    for (int i = starts[field]; i < ends[field]; i++) {
      if (bytes[i] >= '0') {
        value = value * 10 + (bytes[i] - '0');
      }
    }
    return bytes[starts[field]] == '-' ? -value : value;
  }
}

package dev.diagonal.internal.bytes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A growing byte array. Writes text in UTF-8, numbers in digits, and binary numbers in network
 * order, without an object per value. Not thread-safe.
 */
public final class ByteBuilder {

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int MAX_DIGITS = 20;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  /** Two digits each, of the numbers up to 99. */
  private static final short[] PAIRS = new short[100];

  static {
    for (int i = 0; i < PAIRS.length; i++) {
      PAIRS[i] = (short) ((('0' + (i / 10)) << Byte.SIZE) | ('0' + (i % 10)));
    }
  }

  private byte[] bytes;
  private int size;

  /** Creates an empty builder with room for {@code capacity} bytes. */
  public ByteBuilder(int capacity) {
    bytes = new byte[capacity];
  }

  /**
   * Returns the array, of which the first {@link #size} bytes are used. The next put may replace
   * it.
   */
  public byte[] array() {
    return bytes;
  }

  /** Returns how many bytes were put. */
  public int size() {
    return size;
  }

  /** Returns a copy of the bytes that were put. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Drops all bytes. */
  public void clear() {
    size = 0;
  }

  /** Drops the bytes after the first {@code newSize}. */
  public void truncate(int newSize) {
    size = newSize;
  }

  /** Writes one byte. */
  public void put(int value) {
    int at = grow(1);
    bytes[at] = (byte) value;
  }

  /** Writes the bytes from {@code start} to before {@code end}. */
  public void put(byte[] from, int start, int end) {
    int at = grow(end - start);
    Words.copy(from, start, bytes, at, end - start);
  }

  /** Writes text in UTF-8. Creates no object for ASCII text. */
  public void put(String text) {
    int length = text.length();
    int start = grow(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        size = start;
        byte[] encoded = text.getBytes(UTF_8);
        put(encoded, 0, encoded.length);
        return;
      }
      bytes[start + i] = (byte) c;
    }
  }

  /** Writes a number in decimal digits. */
  public void putNumber(long value) {
    if (value == Long.MIN_VALUE) {
      put(Long.toString(value));
      return;
    }
    reserve(MAX_DIGITS);
    long rest = value;
    if (rest < 0) {
      bytes[size++] = '-';
      rest = -rest;
    }
    int digits = 1;
    for (long bound = 10; digits < 19 && rest >= bound; bound *= 10) {
      digits++;
    }
    int at = size + digits;
    size = at;
    for (; rest >= 100; rest /= 100) {
      at -= 2;
      SHORT.set(bytes, at, PAIRS[(int) (rest % 100)]);
    }
    if (rest >= 10) {
      SHORT.set(bytes, at - 2, PAIRS[(int) rest]);
    } else {
      bytes[at - 1] = (byte) ('0' + rest);
    }
  }

  /** Writes a non-negative number with leading zeros. */
  public void putPadded(long value, int digits) {
    int start = grow(digits);
    long rest = value;
    for (int at = start + digits - 1; at >= start; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /** Writes two bytes. */
  public void putShort(int value) {
    int at = grow(Short.BYTES);
    SHORT.set(bytes, at, (short) value);
  }

  /** Writes four bytes. */
  public void putInt(int value) {
    int at = grow(Integer.BYTES);
    INT.set(bytes, at, value);
  }

  /** Writes eight bytes. */
  public void putLong(long value) {
    int at = grow(Long.BYTES);
    LONG.set(bytes, at, value);
  }

  /** Writes a number for {@link VarInts.Reader}; a negative one takes ten bytes. */
  public void putVarInt(long value) {
    reserve(VarInts.MAX_BYTES);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** Reserves the four bytes of a length, and returns their position for {@link #endField}. */
  public int startField() {
    return grow(Integer.BYTES);
  }

  /**
   * Sets the length to the number of bytes written since {@link #startField} returned {@code
   * start}.
   */
  public void endField(int start) {
    INT.set(bytes, start, size - start - Integer.BYTES);
  }

  /** Writes all bytes to a stream. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  /** Returns the bytes as UTF-8 text. */
  @Override
  public String toString() {
    return new String(bytes, 0, size, UTF_8);
  }

  /** Makes room for {@code more} bytes, which are not counted yet. */
  void reserve(int more) {
    int needed = Math.addExact(size, more);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_ARRAY, Math.max(needed, 2L * bytes.length)));
    }
  }

  private int grow(int by) {
    reserve(by);
    int at = size;
    size = at + by;
    return at;
  }
}

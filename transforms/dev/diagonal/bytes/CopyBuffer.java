package dev.diagonal.bytes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes that grow at the end, numbers in network order. Not safe for use by several threads. */
public final class CopyBuffer {

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private byte[] bytes;
  private int size;

  public CopyBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  /** The bytes, of which the first {@link #size} count; another array after the next put. */
  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return size;
  }

  /** Forgets what was put after the first {@code newSize} bytes. */
  public void truncate(int newSize) {
    size = newSize;
  }

  public void putByte(int value) {
    int at = grow(Byte.BYTES);
    bytes[at] = (byte) value;
  }

  public void putShort(int value) {
    int at = grow(Short.BYTES);
    SHORT.set(bytes, at, (short) value);
  }

  public void putInt(int value) {
    int at = grow(Integer.BYTES);
    INT.set(bytes, at, value);
  }

  public void putLong(long value) {
    int at = grow(Long.BYTES);
    LONG.set(bytes, at, value);
  }

  public void putBytes(byte[] source, int from, int length) {
    int at = grow(length);
    System.arraycopy(source, from, bytes, at, length);
  }

  /** Puts text in UTF-8; text of ASCII characters costs no object. */
  public void putText(String text) {
    int length = text.length();
    int start = grow(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        size = start;
        byte[] encoded = text.getBytes(UTF_8);
        putBytes(encoded, 0, encoded.length);
        return;
      }
      bytes[start + i] = (byte) c;
    }
  }

  /** Puts room for the length of what follows and returns where that is. */
  public int startField() {
    return grow(Integer.BYTES);
  }

  /** Fills in the length of what was put since the field was started. */
  public void endField(int start) {
    INT.set(bytes, start, size - start - Integer.BYTES);
  }

  private int grow(int by) {
    int at = size;
    size = Math.addExact(at, by);
    if (size > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, size * 2L));
    }
    return at;
  }
}

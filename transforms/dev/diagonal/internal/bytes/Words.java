package dev.diagonal.internal.bytes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes of an array as one word, the first byte lowest: they are examined together, without a
 * loop or a branch. Marks of bytes are their top bits.
 */
public final class Words {

  /** How many bytes a word holds. */
  public static final int BYTES = Long.BYTES;

  /** The marks of all bytes. */
  public static final long MARKS = 0x8080808080808080L;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int SHORT_COPY = 2 * BYTES;

  private static final long ONES = 0x0101010101010101L;

  private Words() {}

  /** Returns the eight bytes from {@code index}, which must all be in the array. */
  public static long at(byte[] bytes, int index) {
    return (long) LONGS.get(bytes, index);
  }

  /** Returns a word of eight equal bytes. */
  public static long of(int repeated) {
    return (repeated & 0xff) * ONES;
  }

  /**
   * Marks the bytes in which two words are equal. The lowest mark is exact, and so is a word
   * without marks; marks above the lowest may be wrong.
   */
  public static long equalBytes(long word, long other) {
    long different = word ^ other;
    return (different - ONES) & ~different & MARKS;
  }

  /** Returns the index, from 0, of the byte with the lowest mark, or 8 if there is none. */
  public static int first(long marks) {
    return Long.numberOfTrailingZeros(marks) >>> 3;
  }

  /**
   * Copies bytes between two arrays as {@link System#arraycopy} does, but faster if they are few:
   * it then writes {@value #SHORT_COPY} bytes, so that those after {@code length} are lost.
   */
  public static void copy(byte[] from, int start, byte[] to, int at, int length) {
    if (length <= SHORT_COPY && start <= from.length - SHORT_COPY && at <= to.length - SHORT_COPY) {
      long first = at(from, start);
      long second = at(from, start + BYTES);
      LONGS.set(to, at, first);
      LONGS.set(to, at + BYTES, second);
    } else {
      System.arraycopy(from, start, to, at, length);
    }
  }

  /** Returns whether all bytes from {@code from} up to {@code to} are ASCII. */
  public static boolean areAscii(byte[] bytes, int from, int to) {
    int i = from;
    for (; i <= to - BYTES; i += BYTES) {
      if ((at(bytes, i) & MARKS) != 0) {
        return false;
      }
    }
    for (; i < to; i++) {
      if (bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }
}

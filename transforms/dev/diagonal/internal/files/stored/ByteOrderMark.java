package dev.diagonal.internal.files.stored;

import java.util.Arrays;

/** The bytes that some programs write before text in UTF-8. They are not part of the text. */
public final class ByteOrderMark {

  private static final byte[] UTF_8 = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** How many bytes must be known to find the mark. */
  public static final int BYTES = UTF_8.length;

  private ByteOrderMark() {}

  /** Returns the length of the mark that the first {@code filled} bytes start with, or 0. */
  public static int lengthIn(byte[] bytes, int filled) {
    return filled >= BYTES && Arrays.equals(bytes, 0, BYTES, UTF_8, 0, BYTES) ? BYTES : 0;
  }
}

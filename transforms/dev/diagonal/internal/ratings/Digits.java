package dev.diagonal.internal.ratings;

import dev.diagonal.internal.bytes.Words;

/**
 * Parses decimal digits, eight bytes at a time in one word, without a loop or a branch (the
 * technique of Daniel Lemire's and Johnny Lee's "parse eight digits"). The first byte of the text
 * is the lowest of the word.
 */
final class Digits {

  /** How many bytes a word holds. */
  static final int WORD = Words.BYTES;

  private static final long ZEROS = 0x3030303030303030L;

  private Digits() {}

  /** Returns the eight bytes from {@code index}; bytes after the end of the array are zero. */
  static long wordAt(byte[] bytes, int index) {
    return index <= bytes.length - WORD ? Words.at(bytes, index) : lastWord(bytes, index);
  }

  /** Returns how many digits the word starts with. */
  static int count(long word) {
    long digits = word ^ ZEROS;
    // The top bit of a byte is set if it is above 9; a carry only reaches bytes after such a byte.
    long others = ((digits + 0x7676767676767676L) | digits) & 0x8080808080808080L;
    return Long.numberOfTrailingZeros(others) >>> 3;
  }

  /** Returns the number in the first {@code count} digits of the word. */
  static long value(long word, int count) {
    // Two shifts, because for no digits a single shift by 64 would be a shift by 0.
    int unused = (WORD - count) * 4;
    long digits = ((word ^ ZEROS) << unused) << unused;
    long pairs = digits * 10 + (digits >>> 8);
    return ((pairs & 0x000000FF000000FFL) * 0x000F424000000064L
            + ((pairs >>> 16) & 0x000000FF000000FFL) * 0x0000271000000001L)
        >>> 32;
  }

  private static long lastWord(byte[] bytes, int index) {
    long word = 0;
    for (int i = bytes.length - 1; i >= index; i--) {
      word = (word << 8) | (bytes[i] & 0xff);
    }
    return word;
  }
}

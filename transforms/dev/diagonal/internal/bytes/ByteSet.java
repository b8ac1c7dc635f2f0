package dev.diagonal.internal.bytes;

import java.io.Serializable;

/** One to four bytes, which are found in an array eight bytes at a time. Immutable. */
public final class ByteSet implements Serializable {

  private static final int MOST = 4;

  private final boolean[] members = new boolean[256];

  /** A member each, in all bytes of a word. A smaller set holds its first member several times. */
  private final long first;

  private final long second;
  private final long third;
  private final long fourth;

  /**
   * Creates a set of bytes.
   *
   * @throws IllegalArgumentException if there are fewer than one or more than four, or a number is
   *     not within 0 to 255
   */
  public ByteSet(int... bytes) {
    long[] words = new long[MOST];
    int size = 0;
    for (int each : bytes) {
      if (each < 0 || each >= members.length) {
        throw new IllegalArgumentException(each + " is not a byte");
      }
      if (!members[each]) {
        if (size == MOST) {
          throw new IllegalArgumentException("more than four bytes");
        }
        members[each] = true;
        words[size++] = Words.of(each);
      }
    }
    if (size == 0) {
      throw new IllegalArgumentException("no bytes");
    }
    first = words[0];
    second = size > 1 ? words[1] : first;
    third = size > 2 ? words[2] : first;
    fourth = size > 3 ? words[3] : first;
  }

  /** Returns the index of the first member from {@code from} on, or {@code to}. */
  public int indexIn(byte[] bytes, int from, int to) {
    int i = from;
    for (; i < to && i <= bytes.length - Words.BYTES; i += Words.BYTES) {
      long word = Words.at(bytes, i);
      long marks =
          Words.equalBytes(word, first)
              | Words.equalBytes(word, second)
              | Words.equalBytes(word, third)
              | Words.equalBytes(word, fourth);
      if (marks != 0) {
        return Math.min(to, i + Words.first(marks));
      }
    }
    while (i < to && !members[bytes[i] & 0xff]) {
      i++;
    }
    return Math.min(to, i);
  }
}

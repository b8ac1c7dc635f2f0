package dev.diagonal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of text files that are not records.
 *
 * @param first how many lines to skip at the start of every file, including empty ones
 * @param comment the prefix of comment lines, before and after a header; null for none
 */
public record SkippedLines(int first, @Nullable String comment) implements Serializable {

  /** Skips no line. */
  public static final SkippedLines NONE = new SkippedLines(0, null);

  private static final byte[] NO_COMMENT = {};

  /**
   * @throws IllegalArgumentException if {@code first} is negative, or {@code comment} is empty or
   *     has a line break
   */
  public SkippedLines {
    checkArgument(first >= 0, "the number of lines to skip must be >= 0, got %s", first);
    checkArgument(
        comment == null
            || (!comment.isEmpty() && comment.indexOf('\n') < 0 && comment.indexOf('\r') < 0),
        "comment must be the start of a line and not empty, got '%s'",
        comment);
  }

  /** Returns the prefix of comments in bytes; empty if there are no comments. */
  public byte[] commentBytes() {
    return comment == null ? NO_COMMENT : comment.getBytes(UTF_8);
  }

  /** Returns whether the line from {@code start} to before {@code end} is a comment. */
  public static boolean isComment(byte[] comment, byte[] bytes, int start, int end) {
    return comment.length > 0
        && end - start >= comment.length
        && Arrays.equals(bytes, start, start + comment.length, comment, 0, comment.length);
  }

  /**
   * Replaces every byte of a comment in a block by a line end, so that all other lines keep their
   * offsets.
   */
  static void erase(byte[] comment, TextBlock block) {
    byte[] bytes = block.bytes();
    for (int start = block.start(), next; start < block.end(); start = next) {
      int end = start;
      while (bytes[end] != '\n') {
        end++;
      }
      next = end + 1;
      if (isComment(comment, bytes, start, end)) {
        Arrays.fill(bytes, start, end, (byte) '\n');
      }
    }
  }
}

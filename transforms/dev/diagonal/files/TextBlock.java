package dev.diagonal.files;

import org.jspecify.annotations.Nullable;

/**
 * Whole lines of one file, up to a mebibyte: the bytes from {@link #start} (inclusive) to {@link
 * #end} (exclusive) of {@link #bytes}. Every line ends with {@code '\n'}, also the last one of a
 * file that has no line end there; a {@code '\r'} before it is left in place.
 *
 * <p>One buffer is used again and again: a block and its bytes are only valid until the call it was
 * handed to returns. Not thread-safe.
 */
public final class TextBlock {

  private final byte[] bytes;
  private long fileOffset;
  private int start;
  private int end;
  private @Nullable Piece piece;

  TextBlock(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Makes a block of the given bytes, all of it whole lines: for tests and other sources. */
  public static TextBlock of(byte[] lines, long fileOffset) {
    TextBlock block = new TextBlock(lines);
    block.set(fileOffset, 0, lines.length);
    return block;
  }

  void set(long fileOffset, int start, int end) {
    this.fileOffset = fileOffset;
    this.start = start;
    this.end = end;
    this.piece = null;
  }

  TextBlock in(@Nullable Piece whole) {
    this.piece = whole;
    return this;
  }

  /** Returns the piece of the file that these lines are in, or null if nobody asked for pieces. */
  public @Nullable Piece piece() {
    return piece;
  }

  /** The buffer; do not write to it, do not keep it. */
  public byte[] bytes() {
    return bytes;
  }

  /** The index in {@link #bytes} of the first byte. */
  public int start() {
    return start;
  }

  /** The index in {@link #bytes} behind the last byte, which is a {@code '\n'}. */
  public int end() {
    return end;
  }

  /** Returns where in the file the byte at {@code index} of the buffer stands. */
  public long offsetOf(int index) {
    return fileOffset + (index - start);
  }

  public int size() {
    return end - start;
  }
}

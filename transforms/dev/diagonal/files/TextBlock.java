package dev.diagonal.files;

import dev.diagonal.internal.files.stored.Piece;
import org.jspecify.annotations.Nullable;

/**
 * Whole lines of one file, up to 1 MiB: the bytes from {@link #start} (inclusive) to {@link #end}
 * (exclusive) of {@link #bytes}. Every line ends with {@code '\n'}, even a last line that has no
 * line end in the file. A {@code '\r'} before it is kept.
 *
 * <p>The buffer is reused: a block and its bytes are valid only until the call that they were
 * passed to returns. Not thread-safe.
 */
public sealed class TextBlock {

  private final byte[] bytes;
  private long fileOffset;
  private int start;
  private int end;

  TextBlock(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Creates a block from the given bytes, which must be whole lines; for tests and other sources.
   */
  public static TextBlock of(byte[] lines, long fileOffset) {
    TextBlock block = new TextBlock(lines);
    block.set(fileOffset, 0, lines.length);
    return block;
  }

  void set(long fileOffset, int start, int end) {
    this.fileOffset = fileOffset;
    this.start = start;
    this.end = end;
  }

  /** Drops the lines from this index of the buffer on. */
  void endAt(int index) {
    end = index;
  }

  /** Returns the buffer, which must not be written to or kept. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns the index in {@link #bytes} of the first byte. */
  public int start() {
    return start;
  }

  /** Returns the index in {@link #bytes} after the last byte, which is a {@code '\n'}. */
  public int end() {
    return end;
  }

  /** Returns the offset in the file of the byte at {@code index} of the buffer. */
  public long offsetOf(int index) {
    return fileOffset + (index - start);
  }

  public int size() {
    return end - start;
  }

  /** Lines that may be in a {@link Piece}. */
  static final class InPiece extends TextBlock implements Piece.Lines {

    private @Nullable Piece piece;

    InPiece(byte[] bytes) {
      super(bytes);
    }

    /** Sets the piece that these lines are in. */
    void in(Piece whole) {
      piece = whole;
    }

    @Override
    public @Nullable Piece piece() {
      return piece;
    }
  }
}

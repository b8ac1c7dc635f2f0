package dev.diagonal.internal.files;

import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.files.stored.PieceCuts;
import org.jspecify.annotations.Nullable;

/**
 * Consumers that receive each block of lines as a {@link Piece} of its file.
 *
 * @param lines creates the consumers
 * @param cuts where pieces start
 */
public record PiecedLines<T>(LineConsumer.Factory<T> lines, PieceCuts cuts)
    implements LineConsumer.Factory<T>, PieceCuts.Wanted {

  /** Returns consumers that receive pieces, cut as given; null adds none. */
  public static <T> LineConsumer.Factory<T> of(
      LineConsumer.Factory<T> lines, @Nullable PieceCuts cuts) {
    return cuts == null ? lines : new PiecedLines<>(lines, cuts);
  }

  /** Returns the piece that a block is in, or null if pieces were not requested. */
  public static @Nullable Piece pieceOf(TextBlock block) {
    return block instanceof Piece.Lines lines ? lines.piece() : null;
  }

  @Override
  public LineConsumer<T> create() {
    return lines.create();
  }
}

package dev.diagonal.internal.transfer;

import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.TypeGuesses;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.SourceRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A source that reads a part of another one. */
interface ForwardingSource extends BlockSource {

  /** Returns the other source. */
  BlockSource source();

  @Override
  default RowType blockType() {
    return source().blockType();
  }

  @Override
  default RowType declared() {
    return source().declared();
  }

  @Override
  default @Nullable TypeGuesses guesses() {
    return source().guesses();
  }

  @Override
  default List<String> remarks() {
    return source().remarks();
  }

  @Override
  default boolean readsBytes() {
    return source().readsBytes();
  }

  @Override
  default long bytes() {
    return 0;
  }

  @Override
  default String describe() {
    return source().describe();
  }

  @Override
  default RowOrigin origin(SourceRange range) {
    return source().origin(range);
  }

  @Override
  default void close() {
    source().close();
  }
}

package dev.diagonal.internal.transfer.write;

import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.source.SourceRange;
import java.io.Serializable;

/** A target of rows: a file, a table, its stage, an index, or a wrapper of another sink. */
public interface BlockSink extends Serializable {

  /** Returns the target, for messages. */
  String describe();

  /** Returns whether it refuses texts that contain the character 0. */
  default boolean refusesNul() {
    return false;
  }

  /** Opens a writer of the rows of one range. */
  RowBlockWriter open(SourceRange range, RowType type) throws Exception;
}

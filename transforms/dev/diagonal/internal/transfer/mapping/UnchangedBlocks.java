package dev.diagonal.internal.transfer.mapping;

import dev.diagonal.internal.bytes.ByteSet;
import dev.diagonal.internal.bytes.Words;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.ValueParser;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.util.List;

/**
 * Recognizes blocks of which a conversion would copy every row without a change, so that it can
 * emit the blocks themselves. Texts are checked by the block. Not thread-safe.
 */
final class UnchangedBlocks {

  /** The character 0, which PostgreSQL and others do not accept in a text. */
  static final ByteSet NUL = new ByteSet(0);

  private final boolean possible;
  private final boolean checkUtf8;
  private final boolean refuseNul;
  private final ValueParser parser;

  UnchangedBlocks(ConversionPlan plan, ValueParser parser) {
    this.possible = copies(plan);
    this.checkUtf8 = plan.checkUtf8();
    this.refuseNul = plan.refuseNul();
    this.parser = parser;
  }

  /** Returns whether the conversion would copy all rows of a block. */
  boolean include(RowBlock block) {
    if (!possible) {
      return false;
    }
    for (int column = 0; column < block.columns(); column++) {
      if (block.typeOf(column) == FieldType.TEXT && !areGood(block, column)) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether rows with good texts are copied. */
  private static boolean copies(ConversionPlan plan) {
    if (!plan.from().equals(plan.mapped())
        || !plan.mapping().filters().isEmpty()
        || plan.mapping().function() != null
        || !plan.textsInJson().isEmpty()) {
      return false;
    }
    List<Target> targets = plan.targets();
    for (int i = 0; i < targets.size(); i++) {
      if (!copies(targets.get(i), plan.from(), i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean copies(Target target, RowType from, int column) {
    return target.origin() == Origin.COLUMN
        && target.text().equals(from.field(column).name())
        && target.pattern() == null
        && target.otherwise() == null
        && from.field(column).size() == null;
  }

  private boolean areGood(RowBlock block, int column) {
    byte[] texts = block.bytes(column);
    int end = block.end(block.rows() - 1, column);
    if (refuseNul && NUL.indexIn(texts, 0, end) < end) {
      return false;
    }
    if (!checkUtf8 || Words.areAscii(texts, 0, end)) {
      return true;
    }
    for (int row = 0; row < block.rows(); row++) {
      if (!parser.isUtf8(texts, block.start(row, column), block.end(row, column))) {
        return false;
      }
    }
    return true;
  }
}

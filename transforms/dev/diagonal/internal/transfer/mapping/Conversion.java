package dev.diagonal.internal.transfer.mapping;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.Filter;
import dev.diagonal.internal.rows.JsonObject;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.Template;
import dev.diagonal.internal.rows.ValueParser;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies a {@link dev.diagonal.transfer.mapping.Mapping} row by row, filters first. Joins the
 * remaining rows of several blocks, so a filter that drops nearly all rows does not leave many
 * small blocks. Emits a full block itself if all of its rows remain, unchanged.
 */
public final class Conversion implements BlockConverter {

  private final RowType from;
  private final RowType to;
  private final int blockRows;
  private final List<Filter> filters;
  private final ColumnConversion[] columns;
  private final @Nullable RowFunction function;
  private final UnchangedBlocks unchanged;

  /** Source columns whose values are JSON; and, by target, whether it takes them as such. */
  private final Set<Integer> textsInJson;

  private final boolean[] asJson;
  private @Nullable RowBlock open;
  private @Nullable RowBlock last;
  private RowOrigin origin = RowOrigin.of("");

  /**
   * @param plan what is converted, and how
   * @param blockRows the maximum number of rows per emitted block
   * @throws IllegalArgumentException if the mapping does not fit the rows
   */
  public Conversion(ConversionPlan plan, int blockRows) {
    this.from = plan.from();
    this.to = plan.mapped();
    this.blockRows = blockRows;
    this.filters = plan.mapping().filters().stream().map(each -> new Filter(each, from)).toList();
    List<Target> targets = plan.targets();
    this.columns = new ColumnConversion[targets.size()];
    this.asJson = new boolean[targets.size()];
    this.textsInJson = plan.textsInJson();
    ValueParser parser = new ValueParser();
    for (int i = 0; i < columns.length; i++) {
      columns[i] = column(targets.get(i), to.field(i), plan, parser);
      asJson[i] = plan.becomesJson(targets.get(i));
    }
    this.function = plan.function();
    this.unchanged = new UnchangedBlocks(plan, parser);
  }

  private ColumnConversion column(
      Target target, Field field, ConversionPlan plan, ValueParser parser) {
    Origin origin = target.origin();
    ColumnConversion conversion =
        switch (origin) {
          case COLUMN ->
              ColumnConversion.of(
                  from, Columns.indexOf(from, target.text()), field, target, plan, parser);
          case CONSTANT -> ColumnConversion.constant(target.text(), field, parser);
          case FORMAT -> ColumnConversion.format(new Template(target.text(), from), parser);
        };
    String otherwise = target.otherwise();
    ColumnConversion whole =
        otherwise == null
            ? conversion
            : conversion.or(ColumnConversion.constant(otherwise, field, parser));
    DecimalSize size = field.size();
    return size == null ? whole : ColumnConversion.sized(whole, size);
  }

  @Override
  public void convert(RowBlock in, Output output, Rejects rejects) throws Exception {
    if (in.origin() != origin) {
      putOut(output, rejects);
      origin = in.origin();
    }
    if (in.isFull() && in.rows() <= blockRows && unchanged.include(in)) {
      putOut(output, rejects);
      output.put(in);
      return;
    }
    for (int row = 0; row < in.rows(); row++) {
      int column = -1;
      try {
        RowBlock texts = textsInJson.isEmpty() ? in : texts(in, row);
        int textRow = textsInJson.isEmpty() ? row : 0;
        if (!holdsAll(texts, textRow)) {
          continue;
        }
        RowBlock out = open();
        for (column = 0; column < columns.length; column++) {
          boolean set =
              asJson[column]
                  ? columns[column].set(in, row, out, column)
                  : columns[column].set(texts, textRow, out, column);
          if (!set) {
            out.setNull(column);
          }
        }
        out.endRow(in.offset(row), in.line(row));
      } catch (BadValueException e) {
        String where = column < 0 ? "" : "column '" + to.field(column).name() + "': ";
        rejects.reject(Reject.of(in, row, where + e.getMessage()));
      }
      if (open != null && open.isFull()) {
        putOut(output, rejects);
      }
    }
  }

  @Override
  public void finish(Output output, Rejects rejects) throws Exception {
    putOut(output, rejects);
  }

  /** Returns a block of one row in which JSON strings are replaced by their characters. */
  private RowBlock texts(RowBlock in, int row) throws BadValueException {
    RowBlock texts = new RowBlock(from, 1, in.origin());
    for (int i = 0; i < in.columns(); i++) {
      if (in.isNull(row, i)) {
        texts.setNull(i);
      } else if (textsInJson.contains(i)) {
        texts.setText(i, JsonObject.text(in.bytes(i), in.start(row, i), in.end(row, i)));
      } else {
        texts.setBytes(i, in.bytes(i), in.start(row, i), in.end(row, i));
      }
    }
    texts.endRow(in.offset(row), in.line(row));
    return texts;
  }

  private boolean holdsAll(RowBlock in, int row) throws BadValueException {
    for (Filter filter : filters) {
      if (!filter.holds(in, row)) {
        return false;
      }
    }
    return true;
  }

  private RowBlock open() {
    if (open == null) {
      open = last == null ? new RowBlock(to, blockRows, origin) : last.following(origin);
      last = open;
    }
    return open;
  }

  private void putOut(Output output, Rejects rejects) throws Exception {
    RowBlock full = open;
    open = null;
    if (full == null || full.rows() == 0) {
      return;
    }
    RowBlock block = function == null ? full : function.apply(full, blockRows, rejects);
    if (block.rows() > 0) {
      output.put(block);
    }
  }
}

package dev.diagonal.internal.transfer;

import dev.diagonal.conflictfree.PartSource;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.internal.jdbc.table.RowAt;
import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.TypeRemarks;
import dev.diagonal.internal.transfer.mapping.BlockConverter;
import dev.diagonal.internal.transfer.mapping.Conversion;
import dev.diagonal.internal.transfer.mapping.ConversionPlan;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.statement.RowParameters;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a source as values, converted as in a transfer, for a write that reads its
 * source in parts: ranges of files, tables or queries.
 *
 * <p>Rows of files also have {@value #PLACE}, a UUID, unless the source has such a column: 64 bits
 * of a hash of the file's name (Murmur3) and the byte offset or number of the row.
 */
public final class ValueRows implements PartSource<SourceRange, ValueRow> {

  /** The column that identifies rows of files. */
  public static final String PLACE = "edge_id";

  private static final int BLOCK_ROWS = 1_000;

  private final BlockSource source;
  private final ConversionPlan conversion;
  private final boolean placed;

  private ValueRows(BlockSource source, ConversionPlan conversion, boolean placed) {
    this.source = source;
    this.conversion = conversion;
    this.placed = placed;
  }

  /**
   * Returns the rows of a source.
   *
   * @param isFiles whether rows have a place
   * @throws IllegalArgumentException if the mapping does not fit the source
   */
  public static ValueRows of(BlockSource source, Mapping mapping, boolean isFiles) {
    ConversionPlan conversion = SourceConversion.plan(source, mapping, true);
    return new ValueRows(
        source.strict(conversion.guessesInUse(), conversion.jsonColumns()),
        conversion,
        isFiles && conversion.to().indexOf(PLACE) < 0);
  }

  /** Returns the names of the columns, in the order of the values. */
  public List<String> names() {
    return columns().stream().map(Column::name).toList();
  }

  /** Returns whether rows have a {@value #PLACE} that is built from their places in files. */
  public boolean havePlaces() {
    return placed;
  }

  /** Returns remarks on the input and on guessed types, one line each. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>(source.remarks());
    remarks.addAll(TypeRemarks.of(conversion.guessesInUse()));
    return remarks;
  }

  /** Returns the values as the parameters of a statement. */
  public RowParameters<ValueRow> parameters() {
    return new RowParameters<>(columns(), binder());
  }

  private List<Column> columns() {
    List<Column> columns = new ArrayList<>(converted());
    if (placed) {
      columns.add(Column.of(PLACE, "uuid"));
    }
    return columns;
  }

  private List<Column> converted() {
    return conversion.to().fields().stream()
        .map(field -> Column.of(field.name(), field.sqlType()))
        .toList();
  }

  /**
   * Returns the ranges, spread over the workers.
   *
   * @param signal must be done before any range is read, or null
   */
  public PTransform<PBegin, PCollection<SourceRange>> ranges(@Nullable PCollection<?> signal) {
    return SourceRanges.of(source).after(signal);
  }

  @Override
  public void drive(SourceRange range, Output<ValueRow> rows) throws Exception {
    RowType type = conversion.to();
    Table table = new Table("rows", converted());
    RowBinder<RowAt> binder = RowAt.binder(table, type);
    BlockConverter converter = new Conversion(conversion, BLOCK_ROWS);
    BlockConverter.Output output = block -> emit(table, binder, block, rows);
    long bytes = 0;
    try (RowBlockReader reader = source.open(range, BLOCK_ROWS)) {
      for (RowBlock block = reader.next(rows::reject);
          block != null;
          block = reader.next(rows::reject)) {
        converter.convert(block, output, rows::reject);
        Counted.BYTES_READ.add(reader.bytesRead() - bytes);
        bytes = reader.bytesRead();
      }
      converter.finish(output, rows::reject);
      Counted.BYTES_READ.add(reader.bytesRead() - bytes);
    }
  }

  /**
   * Reads the first rows, and skips bad ones.
   *
   * @param most how many rows are returned
   */
  public List<ValueRow> first(int most) throws Exception {
    List<ValueRow> first = new ArrayList<>();
    List<SourceRange> ranges = source.ranges();
    if (ranges.isEmpty()) {
      return first;
    }
    RowType type = conversion.to();
    Table table = new Table("rows", converted());
    RowBinder<RowAt> binder = RowAt.binder(table, type);
    BlockConverter converter = new Conversion(conversion, most);
    Output<ValueRow> rows = new FirstRows(first, most);
    try (RowBlockReader reader = source.open(ranges.get(0), most)) {
      RowBlock block = reader.next(rows::reject);
      if (block != null) {
        BlockConverter.Output output = converted -> emit(table, binder, converted, rows);
        converter.convert(block, output, rows::reject);
        converter.finish(output, rows::reject);
      }
    } finally {
      source.close();
    }
    return first;
  }

  /** Keeps the first rows. */
  private record FirstRows(List<ValueRow> rows, int most) implements Output<ValueRow> {
    @Override
    public void emit(ValueRow row) {
      if (rows.size() < most) {
        rows.add(row);
      }
    }

    @Override
    public void reject(DeadLetter row) {}
  }

  private void emit(Table table, RowBinder<RowAt> binder, RowBlock block, Output<ValueRow> rows) {
    int columns = block.columns();
    long file = placed ? Piece.fileOf(block.origin().place()) : 0;
    for (int row = 0; row < block.rows(); row++) {
      @Nullable Object[] values = new Object[columns + (placed ? 1 : 0)];
      BoundRow bound = bound(table, binder, new RowAt(block, row));
      for (int column = 0; column < columns; column++) {
        values[column] = bound.value(column);
      }
      if (placed) {
        values[columns] = new UUID(file, block.offset(row));
      }
      rows.emit(new ValueRow(values));
    }
  }

  private static BoundRow bound(Table table, RowBinder<RowAt> binder, RowAt row) {
    try {
      return BoundRow.of(table, binder, row);
    } catch (Exception e) {
      throw new IllegalStateException("cannot take the values of a row", e);
    }
  }

  private static RowBinder<ValueRow> binder() {
    return (row, values) -> {
      for (int i = 0; i < row.size(); i++) {
        values.putObject(row.get(i));
      }
    };
  }
}

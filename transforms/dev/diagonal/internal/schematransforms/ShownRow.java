package dev.diagonal.internal.schematransforms;

import dev.diagonal.internal.jdbc.table.BoundRow;
import dev.diagonal.jdbc.SchemaRows;
import dev.diagonal.jdbc.table.RowBinder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptor;

/** A row whose {@code toString}, which dead letters contain, is JSON. */
record ShownRow(Row row) {

  /** Wraps the rows of a collection. */
  static PTransform<PCollection<Row>, PCollection<ShownRow>> each() {
    return new Each();
  }

  /** Returns a binder of the fields of rows of this schema, in order. */
  static RowBinder<ShownRow> binder(Schema schema) {
    RowBinder<Row> rows = SchemaRows.binder(schema);
    return (shown, values) -> rows.bind(shown.row, values);
  }

  @Override
  public String toString() {
    Schema schema = row.getSchema();
    try {
      return BoundRow.of(SchemaRows.table("rows", schema), SchemaRows.binder(schema), row).toJson();
    } catch (Exception e) {
      return row.toString();
    }
  }

  private static final class Each extends PTransform<PCollection<Row>, PCollection<ShownRow>> {
    @Override
    public PCollection<ShownRow> expand(PCollection<Row> rows) {
      Coder<Row> coder = rows.getCoder();
      return rows.apply(
              "Wrap", MapElements.into(TypeDescriptor.of(ShownRow.class)).via(ShownRow::new))
          .setCoder(DelegateCoder.of(coder, ShownRow::row, ShownRow::new));
    }
  }
}

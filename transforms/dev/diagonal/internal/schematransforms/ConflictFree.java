package dev.diagonal.internal.schematransforms;

import static dev.diagonal.internal.schematransforms.Settings.optional;
import static dev.diagonal.internal.schematransforms.Settings.required;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.conflictfree.BatchWritten;
import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.metrics.Written;
import dev.diagonal.schedule.BatchWriter;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.jspecify.annotations.Nullable;

/** The settings of conflict-free writes, and the write of rows that have them. */
final class ConflictFree {

  private static final int TABLE_SIZE = 16;
  private static final int BATCH_ROWS = 1_000;
  private static final int WORKERS = 4;

  private static final List<Field> FIELDS =
      List.of(
          required("source", "The field with the id of one end: a whole number, text or bytes."),
          required("target", "The field with the id of the other end."),
          optional(
              "bipartite",
              FieldType.BOOLEAN,
              "Whether equal ids at the two ends are different things; default false."),
          optional(
              "table_size",
              FieldType.INT32,
              "The number of slots per end, 1 to 64; default " + TABLE_SIZE + "."),
          optional(
              "batch_size",
              FieldType.INT32,
              "The maximum number of rows per transaction; default " + BATCH_ROWS + "."),
          optional(
              "max_workers",
              FieldType.INT32,
              "The maximum number of open transactions per worker process; default "
                  + WORKERS
                  + "."));

  private ConflictFree() {}

  /** Returns the settings of a database, those of the write, and others. */
  static List<Field> and(Field... others) {
    List<Field> fields = Database.and(others);
    fields.addAll(FIELDS);
    return fields;
  }

  /** Returns the grid of rows of a schema. */
  static Grid<ShownRow> grid(Settings settings, Schema schema, boolean bipartite) {
    String source = fieldOf(schema, settings, "source");
    String target = fieldOf(schema, settings, "target");
    int size = settings.number("table_size", TABLE_SIZE);
    Grid.Ends ends = bipartite ? Grid.bipartite(size) : Grid.monopartite(size);
    return ends.by(
        shown -> shown.row().<@Nullable Object>getValue(source),
        shown -> shown.row().<@Nullable Object>getValue(target));
  }

  private static String fieldOf(Schema schema, Settings settings, String setting) {
    String field = settings.text(setting);
    checkArgument(
        schema.hasField(field),
        "%s: the input has no field '%s'%s",
        setting,
        field,
        NearestName.hint(field, schema.getFieldNames()));
    return field;
  }

  /** Writes rows, and emits a row per committed transaction. */
  static PCollection<Row> write(
      PCollection<Row> rows,
      Settings settings,
      Grid<ShownRow> grid,
      BatchWriter.Factory<ShownRow> writers,
      @Nullable ErrorHandler<BadRecord, ?> errors) {
    WriteConflictFree<ShownRow> write =
        WriteConflictFree.by(grid, writers)
            .withBatchSize(settings.number("batch_size", BATCH_ROWS))
            .withMaxWorkers(settings.number("max_workers", WORKERS));
    return rows.apply("Rows", ShownRow.each())
        .apply("Write", errors == null ? write : write.withBadRecordErrorHandler(errors))
        .apply(
            "Transactions",
            MapElements.into(TypeDescriptor.of(Written.class)).via(BatchWritten::written))
        .setCoder(Written.coder())
        .apply("Written", new WrittenRows());
  }
}

package dev.diagonal.internal.schematransforms;

import static dev.diagonal.internal.schematransforms.Settings.optional;
import static dev.diagonal.internal.schematransforms.Settings.required;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.jdbc.write.WriteToJdbc;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** {@link WriteToJdbc} for rows. */
public final class WriteToJdbcProvider extends Provider {

  public WriteToJdbcProvider() {
    super(
        "write_to_jdbc",
        "Writes rows to a table in transactions: by binary COPY into PostgreSQL, by prepared"
            + " statements elsewhere. Emits one row per committed transaction.",
        true,
        Database.and(
            required(
                "table",
                "The table: table or schema.table. PostgreSQL creates a missing one with a column"
                    + " per field."),
            optional(
                "key",
                FieldType.array(FieldType.STRING),
                "The fields of the key, not nullable; all modes but insert need them."),
            optional(
                "mode",
                FieldType.STRING,
                "insert, insert_ignore, upsert, update or delete; default upsert with a key,"
                    + " otherwise insert. Running twice changes nothing, except with insert."),
            optional(
                "commit_rows",
                FieldType.INT32,
                "The maximum number of rows per transaction; default 50000."),
            optional(
                "max_connections",
                FieldType.INT32,
                "The maximum number of open connections per worker process; default 8.")));
  }

  @Override
  PCollection<Row> apply(
      PCollectionRowTuple input, Settings settings, @Nullable ErrorHandler<BadRecord, ?> errors)
      throws SQLException, InterruptedException {
    PCollection<Row> rows = input.get(INPUT);
    JdbcTarget database = Database.of(settings);
    List<String> key = settings.texts("key");
    WriteMode mode =
        settings.constant(
            "mode", WriteMode.class, key.isEmpty() ? WriteMode.INSERT : WriteMode.UPSERT);
    Table table = Database.table(database, settings.text("table"), rows.getSchema(), key);
    JdbcWrite<ShownRow> write =
        JdbcWrite.of(mode, database, table, ShownRow.binder(rows.getSchema()));
    return rows.apply("Rows", ShownRow.each())
        .apply(
            "Write",
            WriteToJdbc.of(
                    write
                        .withCommitRows(settings.number("commit_rows", write.commitRows()))
                        .withMaxConnections(
                            settings.number("max_connections", write.maxConnections())))
                .withBadRecordErrorHandler(errors)
                .ofRows())
        .apply("Written", new WrittenRows());
  }
}

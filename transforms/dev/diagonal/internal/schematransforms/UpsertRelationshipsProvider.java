package dev.diagonal.internal.schematransforms;

import static dev.diagonal.internal.schematransforms.Settings.optional;
import static dev.diagonal.internal.schematransforms.Settings.required;
import static dev.diagonal.internal.schematransforms.Settings.requiredTexts;

import dev.diagonal.grid.Grid;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.EndTable;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.jdbc.table.Table;
import java.sql.SQLException;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** {@link dev.diagonal.conflictfree.WriteConflictFree} with {@link UpsertRelationships}. */
public final class UpsertRelationshipsProvider extends Provider {

  public UpsertRelationshipsProvider() {
    super(
        "upsert_relationships",
        "Inserts relationships into PostgreSQL and counts them at both ends, in parallel"
            + " transactions that never share an id. A relationship whose key exists changes"
            + " nothing. Emits one row per committed transaction.",
        true,
        ConflictFree.and(
            required(
                "table",
                "The table of the relationships, created if missing, with a column per field."),
            requiredTexts("key", "The fields of its key, not nullable."),
            optional(
                "nodes_table",
                FieldType.STRING,
                "The table of the ends, created if missing, with columns id, out_degree and"
                    + " in_degree; default nodes."),
            optional(
                "targets_table",
                FieldType.STRING,
                "A separate table for targets, with columns id and in_degree, if equal ids at the"
                    + " two ends are different things.")));
  }

  @Override
  PCollection<Row> apply(
      PCollectionRowTuple input, Settings settings, @Nullable ErrorHandler<BadRecord, ?> errors)
      throws SQLException, InterruptedException {
    PCollection<Row> rows = input.get(INPUT);
    Schema schema = rows.getSchema();
    JdbcTarget database = Database.of(settings);
    String nodes = settings.text("nodes_table", "nodes");
    String targets = settings.text("targets_table", nodes);
    boolean bipartite = settings.flag("bipartite", !targets.equals(nodes));
    Grid<ShownRow> grid = ConflictFree.grid(settings, schema, bipartite);
    Table edges = Database.table(database, settings.text("table"), schema, settings.texts("key"));
    RelationshipTables tables =
        new RelationshipTables(
            edges,
            settings.text("source"),
            settings.text("target"),
            EndTable.of(nodes, "id", "out_degree"),
            EndTable.of(targets, "id", "in_degree"));
    tables.createIfMissing(database);
    UpsertRelationships<ShownRow> writers =
        UpsertRelationships.into(database, tables, ShownRow.binder(schema)).withLocks(grid);
    return ConflictFree.write(rows, settings, grid, writers, errors);
  }
}

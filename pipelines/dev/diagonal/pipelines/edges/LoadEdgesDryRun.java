package dev.diagonal.pipelines.edges;

import dev.diagonal.files.InputFiles;
import dev.diagonal.internal.edges.Edge;
import dev.diagonal.internal.edges.EdgeTables;
import dev.diagonal.internal.jdbc.relationships.LoadedFiles;
import dev.diagonal.internal.jdbc.relationships.RelationshipCheck;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.RelationshipTables;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.dryrun.ShownRows;
import java.util.stream.Collectors;

/**
 * What {@code --dryRun} finds in the database and the input of {@link LoadEdges}. It changes
 * nothing.
 */
record LoadEdgesDryRun(
    LoadEdgesOptions options,
    EdgeInput input,
    FilesOfRows<Edge> filesOfEdges,
    FirstEdges firstEdges,
    JdbcTarget database) {

  /** Adds the state of the tables, the first rows, and what the run would fail with. */
  void report(Findings findings) throws InterruptedException {
    if (!findings.check(() -> "server:  " + new TableCheck(database).server())) {
      return;
    }
    RelationshipTables tables = findings.find(this::tables);
    if (tables == null) {
      return;
    }
    findings.say(
        "types:   "
            + tables.edges().columns().stream()
                .map(column -> column.name() + " " + column.type())
                .collect(Collectors.joining(", ")));
    RelationshipCheck check = new RelationshipCheck(database, tables);
    for (Table each : check.all()) {
      boolean unused = findings.check(() -> "table:   " + check.look(each));
    }
    findings.rows(
        "the input",
        () ->
            ShownRows.of(
                tables.edges(),
                EdgeTables.binder(input.format()),
                firstEdges.read(database, true)));
    InputFiles files = input.filesOfPlaces();
    if (files != null) {
      boolean unused =
          findings.check(
              () ->
                  "files:   "
                      + new LoadedFiles(
                              database, filesOfEdges, tables.edges(), options.getAppendOnly())
                          .look(files));
    }
  }

  private RelationshipTables tables() throws Exception {
    input.setTypesOf(TargetTable.types(database, options.getEdgesTable()));
    return FormatOptions.tables(options, input.format());
  }
}

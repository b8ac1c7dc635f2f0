package dev.diagonal.pipelines.edges;

import dev.diagonal.files.InputFiles;
import dev.diagonal.internal.jdbc.relationships.StatementFiles;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.transfer.ValueRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.dryrun.ShownRows;
import java.util.function.Function;

/**
 * What {@code --dryRun} finds about the rows of a statement. It changes nothing.
 *
 * @param findings receives it
 */
record StatementDryRun(JdbcTarget database, InternalSchema schema, Findings findings) {

  /**
   * Adds whether the database accepts a statement, and the first rows that it would be run for.
   *
   * @param what the rows: nodes or edges
   * @param option the option that names the file of the statement
   */
  void look(
      String what, StatementInput input, Function<ValueRows, StatementLoad> load, String option)
      throws InterruptedException {
    ValueRows rows = findings.find(() -> input.open(database));
    if (rows == null) {
      return;
    }
    rows.remarks().forEach(findings::say);
    StatementLoad loaded = findings.find(() -> load.apply(rows));
    InputFiles files = input.files();
    if (loaded != null) {
      boolean unused =
          findings.check(
              () -> {
                loaded.statement().check();
                return "checked: %s accepts --%s".formatted(loaded.statement().target(), option);
              });
    }
    if (loaded != null && files != null) {
      boolean unusedFiles =
          findings.check(
              () ->
                  loaded.comparesFiles()
                      ? "files:   " + StatementFiles.of(database, schema).look(files)
                      : "files:   not compared with earlier ones, as --%s does not use %s"
                          .formatted(option, ValueRows.PLACE));
    }
    findings.rows(
        "the " + what,
        () ->
            ShownRows.of(
                new Table("rows", rows.parameters().columns()),
                rows.parameters().binder(),
                rows.first(ShownRows.MOST)));
  }
}

package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.internal.elasticsearch.index.IndexCheck;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.run.RowTransfer;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.internal.transfer.write.IndexSink;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.Database;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --dryRun} finds at the source and the sinks of a transfer. It changes nothing.
 *
 * @param recording knows what earlier transfers have read
 * @param staged whether the tables change at the end
 */
record TransferDryRun(
    TransferSpec spec,
    TransferInput input,
    TransferOutput output,
    FirstRows firstRows,
    Recording recording,
    boolean staged) {

  /** Adds what the source and the sinks are, the first rows, and what the run would fail with. */
  void report(Findings findings) throws InterruptedException {
    RowTransfer rows = look(findings);
    if (rows != null) {
      firstRows.show(rows, findings);
    }
  }

  /** Returns the rows, or null if the run would fail before it knows them. */
  private @Nullable RowTransfer look(Findings findings) throws InterruptedException {
    ServerUrls servers = ServerUrls.TO_COME;
    boolean reached = true;
    for (Findings.Look<String> server : servers()) {
      reached &= findings.check(() -> "server:  " + server.at());
    }
    BlockSource source = reached ? findings.find(() -> input.open(servers)) : null;
    Mapping mapping =
        source == null ? null : findings.find(() -> TransferTypes.of(spec, source, servers));
    if (source == null || mapping == null) {
      return null;
    }
    RowTransfer rows = findings.find(() -> RowTransfer.of(source, mapping, List.of()));
    if (rows == null) {
      return null;
    }
    findings.say(
        "types:   %s%s"
            .formatted(
                source.guesses() == null ? "" : "guessed unless set: ",
                rows.rows().fields().stream()
                    .map(field -> field.name() + " " + field.sqlType())
                    .collect(Collectors.joining(", "))));
    String window = findings.find(() -> recording.window(source, servers));
    if (window != null && !window.isEmpty()) {
      findings.say("window:  " + window);
    }
    for (To to : spec.to()) {
      if (to instanceof ToJdbc table) {
        look(findings, table, source, rows.rows());
      } else if (to instanceof ToIndex index) {
        boolean unused =
            findings.check(
                () ->
                    "index:   "
                        + IndexSink.of(BulkSettings.of(index.index().at(servers)), index.columns())
                            .look(rows.rows()));
      }
    }
    return rows;
  }

  /** Returns what logs in to each server, once. */
  private List<Findings.Look<String>> servers() {
    Map<String, Findings.Look<String>> servers = new LinkedHashMap<>();
    List<Database> databases = new ArrayList<>();
    if (spec.from() instanceof FromJdbc from) {
      databases.add(from.database());
    }
    spec.tables().forEach(table -> databases.add(table.database()));
    for (Database each : databases) {
      TableCheck check = new TableCheck(each.at(ServerUrls.TO_COME));
      servers.put(check.database().toString(), check::server);
    }
    for (To to : spec.to()) {
      if (to instanceof ToIndex index) {
        IndexCheck check = new IndexCheck(index.index().at(ServerUrls.TO_COME));
        servers.put(check.target().urls().toString(), check::server);
      }
    }
    return List.copyOf(servers.values());
  }

  private void look(Findings findings, ToJdbc to, BlockSource source, RowType rows)
      throws InterruptedException {
    JdbcTarget database = to.database().at(ServerUrls.TO_COME);
    TableCheck check = new TableCheck(database);
    Table table = findings.find(() -> output.find(to, source, rows, database));
    if (table == null) {
      return;
    }
    if (staged) {
      boolean unused =
          findings.check(
              () -> {
                if (to.mode() == Mode.upsert) {
                  CreateTable.checkKey(database, table);
                }
                return "table:   %s; it changes at the end"
                    .formatted(check.table(table, null, true));
              });
      boolean unusedToo =
          findings.check(
              () -> {
                check.stages(spec.ledger().schema());
                return "stage:   can be created in schema " + spec.ledger().schema();
              });
    } else {
      boolean unused = findings.check(() -> "table:   " + TargetTable.look(database, table));
    }
    String unfinished = findings.find(() -> output.unfinished(to, source, database, table));
    if (unfinished != null && !unfinished.isEmpty()) {
      findings.say("resume:  " + unfinished);
    }
  }
}

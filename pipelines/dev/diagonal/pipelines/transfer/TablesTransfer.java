package dev.diagonal.pipelines.transfer;

import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.snapshot.MatchingTable;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.command.CommandLine;
import dev.diagonal.pipelines.plan.PlanNode;
import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.plan.PlanNode.Step;
import dev.diagonal.pipelines.run.RunnerDefaults;
import dev.diagonal.pipelines.transfer.spec.OptionsSpec;
import dev.diagonal.pipelines.transfer.spec.TransferEnd;
import dev.diagonal.pipelines.transfer.spec.TransferOptions;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Snapshot;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Transaction;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.usage.UsageException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transfers all tables of a PostgreSQL database that match a pattern, one after another, as a group
 * of a plan: {@code --from=jdbc:public.* --to=csv:dump/*.csv}. In the target, the name of the table
 * replaces the asterisk.
 */
final class TablesTransfer {

  private final TransferOptions options;
  private final String from;
  private final String schemas;
  private final String names;
  private final String to;

  /**
   * @throws UsageException if an option cannot be used for several tables
   */
  TablesTransfer(TransferOptions options) {
    this.options = options;
    this.from = String.valueOf(options.getFrom());
    String pattern = TransferEnd.of("from", from, List.of("jdbc")).place();
    List<String> parts = List.of(pattern.split("\\.", -1));
    if (parts.size() != 2) {
      throw new UsageException(
          "--from=jdbc: takes a pattern of a schema and a table, such as public.*, got '%s'"
              .formatted(pattern));
    }
    this.schemas = parts.get(0);
    this.names = parts.get(1);
    List<String> targets = options.getTo() == null ? List.of() : options.getTo();
    if (targets.size() != 1 || targets.get(0).chars().filter(each -> each == '*').count() != 1) {
      throw new UsageException(
          "--from=%s needs one --to with one * for the name of the table, such as csv:dump/*.csv or jdbc:copy.*"
              .formatted(from));
    }
    this.to = targets.get(0);
    refuse("query", options.getQuery());
    refuse("rangeKey", options.getRangeKey());
    refuse("mapping", options.getMapping());
    refuse("badRecords", options.getBadRecords());
    requireUpsert();
    if (options.getKey() != null) {
      throw new UsageException(
          "--key cannot be combined with --from=%s: with --mode=upsert, or in an index, the key of each table is its primary key"
              .formatted(from));
    }
  }

  /** Refuses what needs an upsert: the messages for a single table recommend a key. */
  private void requireUpsert() {
    boolean resumes = options.getResume();
    if (to.startsWith("jdbc:")
        && options.getMode() != Mode.upsert
        && (resumes || options.getIncrementalColumn() != null)) {
      throw new UsageException(
          "--%s with --from=%s needs --mode=upsert: the key of each table is its primary key"
              .formatted(resumes ? "resume" : "incrementalColumn", from));
    }
  }

  /** Rewrites a message of one table: several tables cannot have one file of bad records. */
  static String words(String message) {
    return message.startsWith("--badRecords=")
        ? "when the table is transferred alone, " + message
        : message;
  }

  /** Returns whether these options name several tables as the source. */
  static boolean isFor(List<String> args) {
    return args.stream().anyMatch(arg -> arg.startsWith("--from=jdbc:") && arg.contains("*"));
  }

  private void refuse(String option, @Nullable Object value) {
    if (value != null) {
      throw new UsageException(
          "--%s cannot be combined with --from=%s, which names several tables: use a plan"
              .formatted(option, from));
    }
  }

  /**
   * Returns a group with a transfer per table. Reads the catalogue of the database.
   *
   * @param args the options of the command
   * @throws UsageException if no table matches, or one cannot be transferred
   */
  Group plan(List<String> args, PlanTasks tasks) throws SQLException, InterruptedException {
    JdbcTarget database = OptionsSpec.source(options);
    if (DatabaseKind.of(database.url()) != DatabaseKind.POSTGRES) {
      throw new UsageException("--from=%s needs PostgreSQL, got %s".formatted(from, database));
    }
    List<MatchingTable> tables =
        RetriedTransaction.in(database, "list tables")
            .run(connection -> MatchingTable.find(connection, schemas, names));
    if (tables.isEmpty()) {
      throw new UsageException("no table of %s matches --from=%s".formatted(database, from));
    }
    GroupScope scope =
        GroupScope.in(
            null,
            options.getTransaction() == Transaction.all,
            options.getSnapshot() == Snapshot.one);
    List<PlanNode> steps = new ArrayList<>();
    for (MatchingTable table : tables) {
      TransferSpec spec = OptionsSpec.of(optionsOf(table, args));
      steps.add(
          new Step(
              table.qualified(), tasks.transfer(table.qualified(), spec, List.of(), scope), false));
    }
    return new Group(from, false, steps, false, scope);
  }

  private TransferOptions optionsOf(MatchingTable table, List<String> args) {
    checkName(table);
    String target = targetOf(table);
    TransferOptions each =
        CommandLine.parse(TransferOptions.class, RunnerDefaults.withDefaults("transfer", args));
    each.setFrom("jdbc:" + table.qualified());
    each.setTo(List.of(target));
    each.setTransaction(Transaction.each); // the group decides when its tables change
    String why = needsKey(target);
    if (why != null) {
      if (table.primaryKey().isEmpty()) {
        throw new UsageException(
            "%s needs a key, and table %s has no primary key: transfer it by its name, with --key"
                .formatted(why, table.qualified()));
      }
      each.setKey(table.primaryKey());
    }
    return each;
  }

  private void checkName(MatchingTable table) {
    try {
      Table.checkName(table.qualified()); // a dot in a name would be taken for that of a schema
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "table %s of --from=%s cannot be named: %s; rename it, or use a pattern that does not match it, and read this table with --query"
              .formatted(table.qualified(), from, e.getMessage()),
          e);
    }
  }

  /** Returns the option that needs a key for each table, or null. */
  private @Nullable String needsKey(String target) {
    if (target.startsWith("elasticsearch:")) {
      return "--to=" + to;
    }
    Mode mode = options.getMode();
    return mode == null || mode == Mode.insert || mode == Mode.replace ? null : "--mode=" + mode;
  }

  /** Returns whether the source and the target are one database, as far as their URLs show. */
  private boolean readsTarget() {
    String source = options.getInputJdbcUrl();
    String target = options.getJdbcUrl();
    return source == null
        || (target != null && withoutParameters(source).equals(withoutParameters(target)));
  }

  private static String withoutParameters(String url) {
    int parameters = url.indexOf('?');
    return parameters < 0 ? url : url.substring(0, parameters);
  }

  private String targetOf(MatchingTable table) {
    String name = schemas.contains("*") ? table.qualified() : table.name();
    TransferEnd end = TransferEnd.of("to", to.replace("*", name), OptionsSpec.SINKS);
    if (end.kind().equals("jdbc")) {
      boolean itself = List.of(table.name(), table.qualified()).contains(end.place());
      if (itself && readsTarget()) {
        throw new UsageException(
            "--to=%s would write table %s to itself: name another schema, or the database of the source with --inputJdbcUrl"
                .formatted(to, table.qualified()));
      }
    } else if (name.contains("/") || name.contains("\\")) {
      throw new UsageException(
          "the name of table %s contains a slash, so it cannot be the name of a file"
              .formatted(table.qualified()));
    }
    return end.kind() + ":" + end.place();
  }
}

package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.transfer.sink.TargetTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks that modes, keys and transactions of the targets of a transfer are consistent. */
record TargetsCheck(TransferSpec spec) {

  /** Parameters of PostgreSQL's driver by which another schema than public is looked in first. */
  private static final Pattern SEARCH_PATH =
      Pattern.compile(
          "[?&](currentSchema=(?!public(%2C|[,&]|$))|options=[^&]*search_path)[^&]*",
          Pattern.CASE_INSENSITIVE);

  /**
   * @param grouped whether the tables change together with those of a group
   * @throws IllegalArgumentException if they are not
   */
  void run(boolean grouped) {
    Set<List<Object>> tables = new HashSet<>();
    for (To each : spec.to()) {
      if (each instanceof ToIndex index) {
        // Refuses an invalid URL or name before anything is done.
        Object unused = index.index().at(ServerUrls.TO_COME);
      } else if (each instanceof ToJdbc table) {
        if (!tables.add(tableOf(table.table(), table.database().at(ServerUrls.TO_COME)))) {
          throw new IllegalArgumentException(
              "table %s is a target twice, so each row would be written twice; name its schema if it is another table"
                  .formatted(table.table()));
        }
        check(table, spec.atOnce() || grouped);
      }
    }
  }

  private void check(ToJdbc table, boolean together) {
    boolean needsKey = table.mode() != Mode.insert && table.mode() != Mode.replace;
    if (needsKey && table.key().isEmpty()) {
      throw new IllegalArgumentException(
          "mode " + table.mode() + " of table " + table.table() + " needs a key");
    }
    if (table.mode() == Mode.insert && isSource(table)) {
      throw new IllegalArgumentException(
          "table %s is the source and the target, so its rows would be inserted into it again"
              .formatted(table.table()));
    }
    checkDatabase(table, together || table.mode() == Mode.replace);
    if (table.keyAfter() && (table.mode() != Mode.insert || table.key().isEmpty())) {
      throw new IllegalArgumentException(
          "--indexes=after needs --mode=insert and --key, got mode %s and key %s for table %s: the other modes find rows by the key"
              .formatted(table.mode(), table.key(), table.table()));
    } else if (table.keyAfter() && together) {
      throw new IllegalArgumentException(
          "--indexes=after cannot be combined with --transaction=all, which publishes table %s with its key"
              .formatted(table.table()));
    }
    boolean onlyAtOnce = table.mode() == Mode.replace;
    boolean neverAtOnce =
        table.mode() == Mode.ignore || table.mode() == Mode.update || table.mode() == Mode.delete;
    if ((together && neverAtOnce) || (!together && onlyAtOnce)) {
      throw new IllegalArgumentException(
          "--mode=%s of table %s needs --transaction=%s"
              .formatted(table.mode(), table.table(), together ? "each" : "all"));
    }
  }

  /** Returns whether a table is also read, as far as the names and URLs show. */
  private boolean isSource(ToJdbc table) {
    return spec.from() instanceof FromJdbc from
        && from.table() != null
        && isSame(
            from.table(),
            from.database().at(ServerUrls.TO_COME),
            table.table(),
            table.database().at(ServerUrls.TO_COME));
  }

  /** With a schema, a name means the same table for every user and search path. */
  private static boolean isSame(
      String table, JdbcTarget database, String other, JdbcTarget otherDatabase) {
    boolean named =
        table.contains(".")
            && table.equals(other)
            && DatabaseKind.of(database.url()) == DatabaseKind.POSTGRES
            && withoutParameters(database).equals(withoutParameters(otherDatabase));
    return named || tableOf(table, database).equals(tableOf(other, otherDatabase));
  }

  private static String withoutParameters(JdbcTarget database) {
    return database.url().replaceFirst("[?].*", "");
  }

  /**
   * Returns what two names of one table have in common. Of PostgreSQL, these are the name without
   * the schema that is usually looked in first, the user and the URL; of its parameters, only those
   * of the search path.
   */
  private static List<Object> tableOf(String table, JdbcTarget database) {
    if (DatabaseKind.of(database.url()) != DatabaseKind.POSTGRES) {
      return List.of(database, table);
    }
    Matcher path = SEARCH_PATH.matcher(database.url());
    boolean usual = !path.find();
    return List.of(
        withoutParameters(database),
        Optional.ofNullable(database.user()),
        usual ? "" : path.group(),
        usual && table.startsWith("public.") ? table.substring("public.".length()) : table);
  }

  private void checkDatabase(ToJdbc table, boolean staged) {
    JdbcTarget database = table.database().at(ServerUrls.TO_COME);
    String option =
        spec.resume()
            ? "--resume"
            : spec.verify() ? "--verify" : table.keyAfter() ? "--indexes=after" : null;
    String problem = TargetTable.problem(database, staged, option);
    if (problem != null) {
      throw new IllegalArgumentException("table %s: %s".formatted(table.table(), problem));
    }
  }
}

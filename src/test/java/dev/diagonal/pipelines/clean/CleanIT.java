package dev.diagonal.pipelines.clean;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.Ledger;
import dev.diagonal.internal.jdbc.schema.RunKeeper;
import dev.diagonal.internal.jdbc.schema.Token;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
final class CleanIT {

  private static final InternalSchema SCHEMA = new InternalSchema("clean's \"own\"");
  private static final String QUOTED = PostgresSql.quote(SCHEMA.name());

  private JdbcTarget database;

  @BeforeEach
  void dropSchema(LocalPostgres postgres) throws SQLException {
    database = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    execute("DROP SCHEMA IF EXISTS " + QUOTED + " CASCADE");
  }

  @Test
  void dropsWhatGoneRunsLeftAndNothingElse() throws Exception {
    UUID gone = UUID.randomUUID();
    UUID alive = UUID.randomUUID();
    UUID unregistered = UUID.randomUUID();
    String nobodys = QUOTED + ".stage_of_mine";
    leave(gone, 2);
    execute("CREATE TABLE %s (x int)".formatted(nobodys));
    try (RunKeeper keeper = keeper(alive)) {
      insert(alive, 3);
      insert(unregistered, 1);
      List<String> before = contents();

      Launched dry = clean("--dryRun=true");
      assertThat(dry.exitCode()).isEqualTo(ExitCode.DONE);
      assertThat(dry.out())
          .anyMatch(
              line ->
                  line.matches(
                      "run "
                          + gone
                          + " \\(transfer, started by postgres at .*\\) has ended; would drop it and"
                          + " 2 entries of the ledger, 2 stages"))
          .anyMatch(line -> line.startsWith("run " + alive) && line.contains("is alive"))
          .last()
          .isEqualTo("2 of 3 runs would be dropped");
      assertThat(contents()).isEqualTo(before);

      Launched done = clean();
      assertThat(done.exitCode()).isEqualTo(ExitCode.DONE);
      assertThat(done.out())
          .contains(
              "run %s (not registered) has ended; dropped it and 1 entry of the ledger"
                  .formatted(unregistered))
          .last()
          .isEqualTo("2 of 3 runs dropped");
      assertThat(contents())
          .containsExactly(
              "ledger " + alive,
              "ledger " + alive,
              "ledger " + alive,
              "run " + alive,
              "table stage_of_mine");
      assertThat(keeper.run()).isEqualTo(alive);
    }
  }

  @Test
  void failsAndKeepsStageThatCannotBeDropped() throws Exception {
    execute(
        "DO $$ BEGIN CREATE ROLE clean_poor LOGIN; EXCEPTION WHEN duplicate_object THEN END $$");
    execute("ALTER ROLE clean_poor PASSWORD '%s'".formatted(LocalPostgres.passwordOfThisProcess()));
    UUID gone = UUID.randomUUID();
    leave(gone, 1);
    execute("GRANT USAGE ON SCHEMA " + QUOTED + " TO clean_poor");
    execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "
            + QUOTED
            + " TO clean_poor");
    List<String> before = contents();
    Launched launched = cleanAs("clean_poor");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.out())
        .anyMatch(
            line ->
                line.startsWith("run " + gone)
                    && line.contains("could not drop it")
                    && line.contains("must be owner of table"));
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void doesNotChangeDatabaseWithoutSchema() throws Exception {
    Launched launched = clean();
    assertThat(launched.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).singleElement().asString().endsWith(": nothing to drop");
    assertThat(query("SELECT count(*) FROM pg_namespace WHERE nspname = 'clean''s \"own\"'"))
        .containsExactly("0");
  }

  @Test
  void aSchemaThatIsNotOursIsRefused() throws Exception {
    execute("CREATE SCHEMA " + QUOTED);
    execute("CREATE TABLE " + QUOTED + ".runs (run uuid)");
    Launched launched = clean();
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", launched.err())).contains("holds tables that are not Diagonal's");
    assertThat(contentsOfCatalogue()).containsExactly("runs");
  }

  @Test
  void theDatabaseMustBeNamed() {
    for (String url : List.of("--jdbcUrl=embedded", "--jdbcUrl=jdbc:h2:mem:x", "--dryRun=true")) {
      Launched launched = Launched.with(List.of(new Clean()), "clean", url);
      assertThat(launched.exitCode()).as(url).isEqualTo(ExitCode.WRONG_USAGE);
      assertThat(launched.err().get(0)).startsWith("clean: --jdbcUrl");
    }
    assertThat(
            Launched.with(
                    List.of(new Clean()), "clean", "--jdbcUrl=jdbc:x:y", "--internalSchema=a.b")
                .err()
                .get(0))
        .startsWith("clean: --internalSchema: ");
  }

  /** Leaves what a killed run leaves: it is registered and not held. */
  private void leave(UUID run, int tokens) throws SQLException {
    keeper(run).close();
    insert(run, tokens);
    for (int number = 1; number <= 2; number++) {
      execute("CREATE TABLE %s (x int)".formatted(stage(run, number)));
    }
  }

  private static String stage(UUID run, int number) {
    String name = SCHEMA.stageName(run, number);
    return QUOTED + "." + PostgresSql.quote(name.substring(SCHEMA.name().length() + 1));
  }

  private void insert(UUID run, int tokens) throws SQLException {
    try (HeldConnection held = new HeldConnection(database)) {
      for (int i = 0; i < tokens; i++) {
        assertThat(SCHEMA.ledger().insert(held.use(), Token.next(run, "t", 1), false, null))
            .isEqualTo(Ledger.Inserted.NEW);
      }
      held.use().commit();
    }
  }

  private RunKeeper keeper(UUID run) throws SQLException {
    try (HeldConnection held = new HeldConnection(database)) {
      SCHEMA.open(held.use()).requireTables();
    }
    return RunKeeper.open(
        SCHEMA, HeldConnection.autoCommitting(database, Duration.ofSeconds(5)), run, "transfer");
  }

  private Launched clean(String... options) {
    return cleanAs(String.valueOf(database.user()), options);
  }

  private Launched cleanAs(String user, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "clean",
                "--jdbcUrl=" + database.url(),
                "--jdbcUser=" + user,
                "--internalSchema=" + SCHEMA.name()));
    args.addAll(List.of(options));
    return Launched.with(List.of(new Clean()), args.toArray(String[]::new));
  }

  private List<String> contents() throws SQLException {
    return query(
        """
        SELECT 'ledger ' || run FROM %1$s.ledger UNION ALL SELECT 'run ' || run FROM %1$s.runs
        UNION ALL SELECT 'table ' || relname FROM pg_class
        WHERE relnamespace = quote_ident('%2$s')::regnamespace AND relname LIKE 'stage%%' ORDER BY 1
        """
            .formatted(QUOTED, SCHEMA.name().replace("'", "''")));
  }

  private List<String> contentsOfCatalogue() throws SQLException {
    return query(
        "SELECT relname FROM pg_class WHERE relnamespace = quote_ident('%s')::regnamespace"
            .formatted(SCHEMA.name().replace("'", "''")));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> query(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = open();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }

  private Connection open() throws SQLException {
    return DriverManager.getConnection(database.url(), database.user(), null);
  }
}

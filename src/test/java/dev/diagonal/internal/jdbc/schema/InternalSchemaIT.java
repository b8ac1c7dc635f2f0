package dev.diagonal.internal.jdbc.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PostgresExtension.class)
final class InternalSchemaIT {

  private static final String NAME = "internal_schema_it";
  private static final String USER = "internal schema's \"user\"";

  private final InternalSchema schema = new InternalSchema(NAME);
  private JdbcTarget database;
  private JdbcTarget unprivileged;
  private HeldConnection held;

  @BeforeEach
  void dropSchema(LocalPostgres postgres) throws SQLException {
    database = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    unprivileged = JdbcTarget.at(postgres.jdbcUrl()).withUser(USER);
    held = new HeldConnection(database);
    String user = PostgresSql.quote(USER);
    execute("DROP SCHEMA IF EXISTS " + NAME + " CASCADE");
    execute(
        "DO $$ BEGIN EXECUTE 'DROP OWNED BY ' || quote_ident('%s'); EXCEPTION WHEN undefined_object THEN END $$"
            .formatted(USER.replace("'", "''")));
    execute("DROP ROLE IF EXISTS " + user);
    execute(
        "CREATE ROLE %s LOGIN PASSWORD '%s'"
            .formatted(user, LocalPostgres.passwordOfThisProcess()));
  }

  @AfterEach
  void close() {
    held.close();
  }

  @Test
  void manyProcessesCreateItAtOnce() throws Exception {
    List<CompletableFuture<SchemaRights>> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(CompletableFuture.supplyAsync(() -> openAs(database)));
    }
    for (CompletableFuture<SchemaRights> each : all) {
      assertThat(each.get().isUsable()).isTrue();
    }
    assertThat(query("SELECT diagonal_schema_version FROM " + NAME + ".version"))
        .containsExactly("1");
  }

  @Test
  void processesThatWaitSeeWhatTheFirstCreated() throws Exception {
    JdbcTarget repeatable =
        JdbcTarget.at(
                database.url() + "?options=-c%20default_transaction_isolation=repeatable%5C%20read")
            .withUser(Objects.requireNonNull(database.user()));
    List<CompletableFuture<SchemaRights>> both = new ArrayList<>();
    try (HeldConnection first = new HeldConnection(database);
        Statement statement = first.use().createStatement()) {
      statement.execute(InternalSchema.LOCK_CREATION);
      for (int i = 0; i < 2; i++) {
        both.add(CompletableFuture.supplyAsync(() -> openAs(repeatable)));
      }
      String waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
      assertThat(Eventually.within(Duration.ofMinutes(2), () -> query(waiting).size() == 2))
          .isTrue();
    }
    for (CompletableFuture<SchemaRights> each : both) {
      assertThat(each.get().isUsable()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Select",
        "two words; DROP TABLE x",
        "qu\"ote'd \\ % $1 ?",
        "üñî 123456789 123456789 123456789 123456789 123456789 123456"
      })
  void namesMayContainAnyCharacter(String name) throws Exception {
    InternalSchema odd = new InternalSchema(name);
    execute("DROP SCHEMA IF EXISTS " + PostgresSql.quote(name) + " CASCADE");
    assertThat(odd.open(held.use()).isUsable()).isTrue();
    assertThat(odd.open(held.use()).isUsable()).isTrue();
    Token token = Token.next(UUID.randomUUID(), name, 3);
    assertThat(odd.ledger().insert(held.use(), token, true, null)).isEqualTo(Ledger.Inserted.NEW);
    assertThat(odd.ledger().committed(held.use(), List.of(token.id()))).containsExactly(token.id());
    assertThat(
            query(
                "SELECT nspname FROM pg_namespace WHERE nspname = '"
                    + name.replace("'", "''")
                    + "'"))
        .containsExactly(name);
    execute("DROP SCHEMA " + PostgresSql.quote(name) + " CASCADE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a.b",
        "pg_mine",
        "nul\0",
        "1234567890123456789012345678901234567890123456789012345678901234"
      })
  void namesThatPostgresCannotHaveAreRefused(String name) {
    assertThatThrownBy(() -> new InternalSchema(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 63 bytes");
  }

  @Test
  void missingSchemaAsksForCreateGrant() {
    SchemaRights rights = openAs(unprivileged);
    assertThat(rights.isUsable()).isFalse();
    assertThatThrownBy(rights::requireUsable)
        .isInstanceOf(InternalSchemaException.class)
        .hasMessage(
            "user %1$s may not create schema %2$s (GRANT CREATE ON DATABASE postgres TO %1$s, or CREATE SCHEMA %2$s AUTHORIZATION %1$s)"
                .formatted(PostgresSql.quote(USER), NAME));
  }

  @Test
  void theGrantsOfTheMessagesSuffice() throws Exception {
    openAs(database);
    SchemaRights rights = openAs(unprivileged);
    assertThat(rights.isUsable()).isFalse();
    grant(rights.missing());
    assertThat(openAs(unprivileged).isUsable()).isTrue();

    assertThatThrownBy(() -> openAs(unprivileged).requireTables())
        .hasMessageContaining("may not create tables in schema " + NAME);
    grant(openAs(unprivileged).missingForTables());
    openAs(unprivileged).requireTables();
    try (HeldConnection user = new HeldConnection(unprivileged)) {
      UUID run = UUID.randomUUID();
      schema.runs().begin(user.use(), run, "test");
      assertThat(schema.ledger().insert(user.use(), Token.next(run, "t", 1), false, null))
          .isEqualTo(Ledger.Inserted.NEW);
      assertThat(schema.runs().fence(user.use(), run)).isTrue();
      schema.runs().end(user.use(), run);
    }
  }

  @Test
  void anEmptySchemaOfTheUserSuffices() throws Exception {
    execute("CREATE SCHEMA " + NAME + " AUTHORIZATION " + PostgresSql.quote(USER));
    assertThat(openAs(unprivileged).isUsable()).isTrue();
  }

  @Test
  void aNewerVersionIsRefused() throws Exception {
    openAs(database);
    execute("UPDATE " + NAME + ".version SET diagonal_schema_version = 2");
    assertThatThrownBy(() -> schema.open(held.use()))
        .isInstanceOf(InternalSchemaException.class)
        .hasMessage(
            "schema %s has version 2 of Diagonal's tables, but this Diagonal supports only version 1: use a newer Diagonal, or --internalSchema=<another schema>"
                .formatted(NAME));
  }

  @Test
  void refusesSchemaOfAnotherProgram() throws Exception {
    execute("CREATE SCHEMA " + NAME);
    execute("CREATE TABLE " + NAME + ".version (version int)");
    assertThatThrownBy(() -> schema.open(held.use()))
        .isInstanceOf(InternalSchemaException.class)
        .hasMessageContaining("holds tables that are not Diagonal's")
        .hasMessageContaining("--internalSchema");
    assertThat(
            query(
                "SELECT count(*) FROM pg_class WHERE relnamespace = '%s'::regnamespace"
                    .formatted(NAME)))
        .containsExactly("1");
  }

  @Test
  void runWithoutHolderIsDead() throws Exception {
    openAs(database);
    UUID run = UUID.randomUUID();
    RunKeeper launcher = keeper(run);
    RunKeeper worker = keeper(run);
    assertThat(isGone(run)).isFalse();
    launcher.close();
    assertThat(isGone(run)).isFalse();
    worker.close();
    assertThat(Eventually.within(Duration.ofMinutes(2), () -> isGone(run))).isTrue();
    assertThat(query("SELECT command FROM %s.runs WHERE run = '%s'".formatted(NAME, run)))
        .containsExactly("a test");
    try (RunKeeper last = keeper(run)) {
      last.end();
    }
    assertThat(query("SELECT run FROM %s.runs WHERE run = '%s'".formatted(NAME, run))).isEmpty();
  }

  @Test
  void keeperHoldsRunAgainAfterLosingConnection() throws Exception {
    openAs(database);
    UUID run = UUID.randomUUID();
    try (RunKeeper unused = keeper(run)) {
      String holder =
          "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted"
              + " AND (classid::bigint << 32 | objid::bigint) = hashtextextended('diagonal: run ' || '%s'::uuid, 0)"
                  .formatted(run);
      List<String> before = query(holder);
      assertThat(before).hasSize(1);
      execute("SELECT pg_terminate_backend(" + before.get(0) + ", 5000)");
      assertThat(
              Eventually.within(
                  Duration.ofSeconds(60),
                  () -> {
                    List<String> now = query(holder);
                    return !now.isEmpty() && !now.equals(before);
                  }))
          .isTrue();
      assertThat(isGone(run)).isFalse();
    }
  }

  private RunKeeper keeper(UUID run) throws SQLException {
    return RunKeeper.open(
        schema, HeldConnection.autoCommitting(database, Duration.ofSeconds(5)), run, "a test");
  }

  private boolean isGone(UUID run) {
    try (HeldConnection other = new HeldConnection(database)) {
      return schema.runs().isGone(other.use(), run);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void grant(String message) throws SQLException {
    execute(message.substring(message.indexOf('(') + 1, message.lastIndexOf(')')));
  }

  private SchemaRights openAs(JdbcTarget target) {
    try (HeldConnection connection = new HeldConnection(target)) {
      return schema.open(connection.use());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void execute(String sql) throws SQLException {
    Connection connection = held.use();
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    connection.commit();
  }

  private List<String> query(String sql) {
    List<String> rows = new ArrayList<>();
    try {
      Connection connection = held.use();
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery(sql)) {
        while (result.next()) {
          rows.add(result.getString(1));
        }
      }
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return rows;
  }
}

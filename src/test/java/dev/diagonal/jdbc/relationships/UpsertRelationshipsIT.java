package dev.diagonal.jdbc.relationships;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.diagonal.conflictfree.WriteConflictFree;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.Retry;
import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.grid.CellLocks;
import dev.diagonal.grid.Grid;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.jdbc.SchemaRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.metrics.Changes;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Runner;
import dev.diagonal.testing.Sql;
import dev.diagonal.testing.WarningsSeen;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(PostgresExtension.class)
final class UpsertRelationshipsIT {

  private static final Duration SOON = Duration.ofMinutes(4);

  /** Server-prepared from the fifth use on; planned for good from the tenth. */
  private static final int OFTEN = 12;

  private record Link(long id, long source, long target) {}

  private static final RowBinder<Link> BINDER =
      (link, values) -> values.putLong(link.id).putLong(link.source).putLong(link.target);

  /** Cell 12 needs locks 1 and 2, in the order of the digits. */
  private record Digits(String domain) implements CellLocks {
    @Override
    public int[] all() {
      return new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    }

    @Override
    public int[] of(int cell) {
      return String.valueOf(cell).chars().map(digit -> digit - '0').toArray();
    }
  }

  private JdbcTarget target;
  private Sql sql;
  private String name;
  private RelationshipTables tables;

  @BeforeEach
  void createTables(LocalPostgres postgres, TestInfo test) throws Exception {
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    sql = new Sql(target);
    name = "r" + Math.abs(test.getTestMethod().orElseThrow().getName().hashCode());
    tables =
        between(
            Table.of(
                name + "_edges",
                Column.key("id", "bigint"),
                Column.of("source", "bigint"),
                Column.of("target", "bigint")),
            name + "_nodes");
    tables.createIfMissing(target);
  }

  @Test
  void countsNewRelationshipOnceDespiteRepeatedWrites() throws Exception {
    Random random = new Random(1);
    List<Link> links = new ArrayList<>();
    for (int id = 0; id < 5_000; id++) {
      links.add(new Link(id, random.nextInt(50), random.nextInt(50)));
    }
    for (int run = 0; run < 2; run++) {
      try (BatchWriter<Link> writer = upsert().open()) {
        for (int from = 0; from < links.size(); from += 300) {
          // Half of each batch is that of the one before.
          writer.write(
              new Batch<>(0, links.subList(Math.max(0, from - 150), Math.min(from + 300, 5_000))));
        }
      }
      assertThat(sql.query("SELECT count(*) FROM " + name + "_edges")).containsExactly("5000");
      assertCountsAreThoseOfTheEdges();
    }
  }

  @Test
  void takesATableOfASchema() throws Exception {
    Schema schema =
        Schema.builder()
            .addInt64Field("id")
            .addInt64Field("source")
            .addInt64Field("target")
            .addStringField("note")
            .build();
    RelationshipTables ofSchema =
        between(SchemaRows.table(name + "_rows", schema, "id"), name + "_ends");
    ofSchema.createIfMissing(target);
    Row row = Row.withSchema(schema).addValues(1L, 2L, 3L, "x").build();
    try (BatchWriter<Row> writer =
        UpsertRelationships.into(target, ofSchema, SchemaRows.binder(schema)).open()) {
      writer.write(new Batch<>(0, List.of(row)));
    }
    assertThat(sql.query("SELECT id || note FROM " + name + "_rows")).containsExactly("1x");
    assertThat(sql.query("SELECT count(*) FROM " + name + "_ends")).containsExactly("2");
  }

  @Test
  void duplicateRelationshipInBatchCountsOnce() throws Exception {
    write(new Link(1, 5, 6), new Link(1, 5, 6), new Link(2, 5, 5));
    assertThat(nodes()).containsExactly("5: 2 1", "6: 0 1");
  }

  @Test
  void rowsThatATriggerDropsAreNotUnchanged() throws Exception {
    sql.execute(
        """
        CREATE OR REPLACE FUNCTION %1$s_drop() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF NEW.id %% 2 = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER drop_odd BEFORE INSERT ON %1$s_edges FOR EACH ROW EXECUTE FUNCTION %1$s_drop()
        """
            .formatted(name));
    try (BatchWriter<Link> writer = upsert().open()) {
      writer.write(new Batch<>(0, List.of(new Link(2, 5, 6), new Link(4, 5, 6))));
      assertThat(writer.changes()).isEqualTo(new Changes(2, 0, 0, 0));
      writer.write(new Batch<>(0, List.of(new Link(1, 5, 6), new Link(6, 5, 6))));
      assertThat(writer.changes()).isEqualTo(new Changes(1, 0, 0, 0, 0, 1));
    }
    assertThat(nodes()).containsExactly("5: 3 0", "6: 0 3");
  }

  @Test
  void refusesTextTooLongForItsColumn() throws Exception {
    sql.execute(
        "CREATE DOMAIN %1$s_code AS varchar(3); CREATE DOMAIN %1$s_letter AS char(3)"
            .formatted(name));
    List<String> types =
        List.of("varchar(3)", "char(3)", "CHARACTER VARYING (3)", name + "_code", name + "_letter");
    for (String type : types) {
      String edges = name + "_" + types.indexOf(type);
      try (BatchWriter<String> writer = toColumnOf(type, edges)) {
        writer.write(new Batch<>(0, List.of("abc")));
        assertThatThrownBy(() -> writer.write(new Batch<>(0, List.of("abcdef"))))
            .as(type)
            .hasMessageContaining("the text has 6 characters, which is too long: it would be cut")
            .matches(fault -> writer.isCausedByRows((Exception) fault));
        if (type.endsWith("_letter") || type.startsWith("char")) {
          writer.write(new Batch<>(0, List.of("xyz  ")));
        }
      }
      assertThat(sql.query("SELECT code FROM %s WHERE id = 3".formatted(edges)))
          .containsExactly("abc");
    }
  }

  @Test
  void refusesBitsAndTimesThatACastChanges() throws Exception {
    sql.execute("CREATE DOMAIN %1$s_zoned AS timetz(0)".formatted(name));
    String[][] cases = {
      {"bit(3)", "101", "1010", "bit string length 4 does not match type bit(3)"},
      {"BIT", "1", "10", "bit string length 2 does not match type bit(1)"},
      {"bit varying(3)", "101", "1011", "bit string too long for type bit varying(3)"},
      {"varbit(3)", "101", "1011", "bit string too long for type bit varying(3)"},
      {"timetz(0)", "12:00:00+00", "12:00:00.6+00", "its seconds have more than 0 decimal places"},
      {name + "_zoned", "12:00:00+00", "12:00:00.6+00", "seconds have more than 0 decimal places"},
      {"interval", "00:00:00.000001", "00:00:00.0000016", "have more than 6 decimal places"}
    };
    for (int i = 0; i < cases.length; i++) {
      String[] its = cases[i];
      String edges = name + "_" + i;
      try (BatchWriter<String> writer = toColumnOf(its[0], edges)) {
        writer.write(new Batch<>(0, List.of(its[1])));
        assertThatThrownBy(() -> writer.write(new Batch<>(0, List.of(its[2]))))
            .as(its[0])
            .hasMessageContaining(its[3])
            .matches(fault -> writer.isCausedByRows((Exception) fault));
      }
      assertThat(sql.query("SELECT code::text FROM " + edges)).containsExactly(its[1]);
    }
  }

  @Test
  void refusesColumnsWhoseChangesItCannotSee() throws Exception {
    sql.execute(
        "CREATE DOMAIN %1$s_bits AS bit(3); CREATE DOMAIN %1$s_span AS interval(0)"
            .formatted(name));
    Map<String, String> declaredAs =
        Map.of(
            name + "_bits",
            "bit(3)",
            name + "_span",
            "interval",
            "interval(0)",
            "interval",
            "interval day",
            "interval",
            "varchar(3)[]",
            "character varying[]",
            "numeric(6,2)[]",
            "numeric[]");
    int tables = 0;
    for (Map.Entry<String, String> each : declaredAs.entrySet()) {
      String edges = name + "_" + tables++;
      try (BatchWriter<String> writer = toColumnOf(each.getKey(), edges)) {
        assertThatThrownBy(() -> writer.write(new Batch<>(0, List.of("1"))))
            .as(each.getKey())
            .hasMessageContaining(
                "column 'code' of type %s: PostgreSQL would round or cut its values without an error; declare it as %s, or as text"
                    .formatted(
                        each.getKey().replace("varchar", "character varying"), each.getValue()))
            .matches(fault -> !writer.isCausedByRows((Exception) fault));
      }
    }
  }

  /** Returns edges of a table that count at both ends in one table of nodes. */
  private static RelationshipTables between(Table edges, String nodes) {
    return new RelationshipTables(
        edges,
        "source",
        "target",
        EndTable.of(nodes, "id", "out_degree"),
        EndTable.of(nodes, "id", "in_degree"));
  }

  /** Returns a writer of edges whose column {@code code} has a type; their ids are its length. */
  private BatchWriter<String> toColumnOf(String type, String edges) throws Exception {
    RelationshipTables limited =
        between(
            Table.of(
                edges,
                Column.key("id", "bigint"),
                Column.of("source", "bigint"),
                Column.of("target", "bigint"),
                Column.of("code", type)),
            edges + "_nodes");
    limited.createIfMissing(target);
    RowBinder<String> binder =
        (code, values) -> values.putLong(code.length()).putLong(1).putLong(2).putText(code);
    return UpsertRelationships.into(target, limited, binder).open();
  }

  @ParameterizedTest
  @EnumSource(names = {"IMMEDIATE", "FOLDED"})
  void refusesValuesThatAColumnWouldChange(Counting counting) throws Exception {
    String edges = "limited_" + counting.name().toLowerCase(Locale.ROOT);
    sql.execute(
        """
        CREATE TABLE %s (id text PRIMARY KEY, source bigint, target bigint, name varchar(3),
          price numeric(6,2), at timestamp(0), zoned timestamptz)
        """
            .formatted(edges));
    RelationshipTables limited =
        new RelationshipTables(
            Table.of(
                edges,
                Column.key("id", "text"),
                Column.of("source", "bigint"),
                Column.of("target", "bigint"),
                Column.of("name", "varchar(3)"),
                Column.of("price", "numeric(6,2)"),
                Column.of("at", "timestamp(0)"),
                Column.of("zoned", "timestamptz")),
            "source",
            "target",
            EndTable.of(edges + "_nodes", "id", "out_degree"),
            EndTable.of(edges + "_nodes", "id", "in_degree"));
    limited.createIfMissing(target);
    RowBinder<String> binder =
        (row, values) -> {
          String[] given = row.split(",", -1);
          values.putText(row).putLong(1).putLong(2).putText(given[0]).putText(given[1]);
          values.putText(given[2]).putInstant(given[3].isEmpty() ? null : Instant.parse(given[3]));
        };
    UpsertRelationships<String> upsert =
        UpsertRelationships.into(target, limited, binder).withCounting(counting);
    if (counting == Counting.FOLDED) {
      Fold.of(upsert).createIfMissing();
    }
    try (BatchWriter<String> writer =
        counting == Counting.FOLDED ? new FoldedWriter<>(upsert, 0) : upsert.open()) {
      writer.write(
          new Batch<>(
              0,
              List.of(
                  "äöü,1.500,2024-01-01 00:00:01.000,2024-01-01T00:00:00.000001Z",
                  "d,1,2024.01.02,",
                  "y,1,2024.366,")));
      Map<String, String> wrong =
          Map.of(
              "ab  ,1,infinity,",
                  "character varying(3): the text has 4 characters, which is too long: the blanks",
              "abcd,1,infinity,", "too long",
              "a,1.234,infinity,",
                  "'price' of type numeric(6,2): 1.234 would be rounded to 2 decimal places",
              "a,NaN,2024-01-01 00:00:00.6,", "'at' of type timestamp(0) without time zone: ",
              "a,1,20240101T123456.6,", "its seconds have more than 0 decimal places",
              "a,1,2024-01-01 1234.6,", "its seconds have more than 0 decimal places",
              "a,1,infinity,2024-01-01T00:00:00.000000001Z",
                  "'zoned' of type timestamp with time zone: its seconds have more than 6");
      wrong.forEach(
          (row, message) ->
              assertThatThrownBy(() -> writer.write(new Batch<>(0, List.of("b,1,infinity,", row))))
                  .hasMessageContaining(message)
                  .matches(fault -> writer.isCausedByRows((Exception) fault)));
    }
    assertThat(sql.query("SELECT concat_ws(' ', name, price, at) FROM " + edges))
        .containsExactlyInAnyOrder(
            "äöü 1.50 2024-01-01 00:00:01",
            "d 1.00 2024-01-02 00:00:00",
            "y 1.00 2024-12-31 00:00:00");
  }

  @Test
  void nullsOfTheCountersCountAsNothing() throws Exception {
    sql.execute(
        "ALTER TABLE %1$s_nodes ALTER out_degree DROP NOT NULL; INSERT INTO %1$s_nodes VALUES (5, NULL, 1)"
            .formatted(name));
    write(new Link(1, 5, 6));
    assertThat(nodes()).containsExactly("5: 1 1", "6: 0 1");
  }

  @Test
  void bothStatementsAreOneTransactionAlsoOncePrepared() throws Exception {
    sql.execute(
        """
        CREATE TABLE %1$s_seen (locks bigint, statements bigint);
        CREATE FUNCTION %1$s_look() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO %1$s_seen
          SELECT count(*), (SELECT count(*) FROM pg_prepared_statements) FROM pg_locks
          WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND granted;
          RETURN NULL;
        END $$;
        CREATE TRIGGER look AFTER INSERT ON %1$s_nodes EXECUTE FUNCTION %1$s_look();
        """
            .formatted(name));
    try (BatchWriter<Link> writer = upsert().withLocks(new Digits("d")).open()) {
      for (int i = 0; i < OFTEN; i++) {
        writer.write(new Batch<>(123, List.of(new Link(i, 1, 2))));
      }
    }
    assertThat(sql.query("SELECT locks FROM " + name + "_seen"))
        .hasSize(OFTEN)
        .containsOnly("3"); // the second statement runs under the locks of the first
    assertThat(sql.query("SELECT max(statements) FROM " + name + "_seen")).containsExactly("2");
    assertThat(sql.query("SELECT count(DISTINCT xmin::text) FROM " + name + "_edges"))
        .containsExactly(String.valueOf(OFTEN));
    assertThat(advisoryLocks()).isEmpty();
  }

  @Test
  void batchIsOneRoundTripEvenOncePrepared(LocalPostgres postgres) throws Exception {
    try (CountingRelay relay = CountingRelay.to(postgres.port())) {
      String url = target.url().replace(":" + postgres.port() + "/", ":" + relay.port() + "/");
      JdbcTarget relayed = JdbcTarget.at(url).withUser(postgres.user());
      List<Integer> turns = new ArrayList<>();
      try (BatchWriter<Link> writer =
          UpsertRelationships.into(relayed, tables, BINDER).withLocks(new Digits("d")).open()) {
        for (int i = 0; i < OFTEN; i++) {
          int before = relay.turns();
          writer.write(new Batch<>(123, List.of(new Link(i, 1, 2))));
          turns.add(relay.turns() - before);
        }
      }
      // One that comes a second after the one before has a look at the connection first.
      assertThat(turns.subList(1, 4)).contains(1);
      assertThat(turns.subList(OFTEN - 3, OFTEN)).contains(1);
    }
  }

  @Test
  void waitsForSharedLocksInAscendingOrder() throws Exception {
    try (Connection holder = holding(2)) {
      CompletableFuture<Void> waiting = writing(upsert(), 321, new Link(1, 5, 6));
      assertThat(Eventually.within(SOON, () -> waitingLocks().size() == 1)).isTrue();
      // Lock 1 is held and 2 is awaited; 3, the first in the array, is not requested yet.
      assertThat(advisoryLocks()).containsExactly("1 true", "2 false", "2 true");
      writing(upsert(), 4, new Link(2, 7, 8)).join();
      assertThat(nodes()).containsExactly("7: 1 0", "8: 0 1");
      assertThat(waiting).isNotDone();
      holder.rollback();
      waiting.join();
    }
    assertThat(nodes()).containsExactly("5: 1 0", "6: 0 1", "7: 1 0", "8: 0 1");
    assertThat(advisoryLocks()).isEmpty();
  }

  @Test
  void seesWhatWasCommittedWhileItWaited() throws Exception {
    try (Connection holder = holding(2)) {
      CompletableFuture<Void> waiting = writing(upsert(), 2, new Link(1, 5, 6));
      assertThat(Eventually.within(SOON, () -> waitingLocks().size() == 1)).isTrue();
      execute(holder, "INSERT INTO " + name + "_edges VALUES (1, 5, 6)");
      holder.commit();
      waiting.join();
    }
    assertThat(nodes()).isEmpty(); // the relationship was there, and not for it to count
  }

  @Test
  void otherDomainsAndTablesHaveOwnLocks() throws Exception {
    try (Connection holder = holding(2)) {
      writing(upsert().withLocks(new Digits("other")), 2, new Link(1, 5, 6)).join();
      sql.execute("CREATE SCHEMA " + name);
      RelationshipTables others = between(tables.edges(), name + "." + name + "_nodes");
      others.createIfMissing(target);
      writing(UpsertRelationships.into(target, others, BINDER), 2, new Link(2, 5, 6)).join();
      assertThat(holder.isClosed()).isFalse();
    }
    assertThat(nodes()).containsExactly("5: 1 0", "6: 0 1");
  }

  @Test
  void tablesHaveOneNamespaceUnderAnyName() throws Exception {
    try (Connection holder = holding(2)) {
      RelationshipTables called = between(tables.edges(), "public." + name + "_nodes");
      CompletableFuture<Void> waiting =
          writing(
              UpsertRelationships.into(target, called, BINDER).withLocks(new Digits("d")),
              2,
              new Link(1, 5, 6));
      assertThat(Eventually.within(SOON, () -> waitingLocks().size() == 1)).isTrue();
      holder.rollback();
      waiting.join();
    }
  }

  @Test
  void writersOfReversedCellsNeverDeadlock() throws Exception {
    String deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    List<String> before = sql.query(deadlocks);
    List<CompletableFuture<Void>> writers =
        IntStream.range(0, 4)
            .mapToObj(
                w ->
                    CompletableFuture.runAsync(
                        () -> {
                          int cell = w % 2 == 0 ? 12 : 21;
                          try (BatchWriter<Link> writer =
                              upsert().withLocks(new Digits("d")).open()) {
                            for (int i = 0; i < 100; i++) {
                              long id = w * 1_000L + i;
                              Link there = new Link(id, 1, 2);
                              Link back = new Link(-1 - id, 2, 1);
                              writer.write(
                                  new Batch<>(
                                      cell,
                                      w % 2 == 0 ? List.of(there, back) : List.of(back, there)));
                            }
                          } catch (Exception e) {
                            throw new IllegalStateException(e);
                          }
                        }))
            .toList();
    writers.forEach(CompletableFuture::join);
    assertThat(nodes()).containsExactly("1: 400 400", "2: 400 400");
    assertThat(sql.query(deadlocks)).isEqualTo(before);
  }

  @Test
  void refusesIdsOnBothSides() throws Exception {
    try (BatchWriter<Link> writer = upsert().refusingBothEnds().open()) {
      writer.write(new Batch<>(0, List.of(new Link(1, 5, 6), new Link(2, 5, 7))));
      for (List<Link> bad :
          List.of(
              List.of(new Link(3, 8, 9), new Link(4, 9, 8)),
              List.of(new Link(5, 3, 4), new Link(6, 1, 5)),
              List.of(new Link(7, 6, 10)))) {
        BadInputException fault =
            catchThrowableOfType(BadInputException.class, () -> writer.write(new Batch<>(0, bad)));
        assertThat(fault)
            .hasMessageMatching(
                "id [5689] is on both sides of "
                    + name
                    + "_edges: declare the schedule monopartite, or separate tables");
        assertThat(writer.isRetryable(fault)).isFalse();
        assertThat(writer.isCausedByRows(fault)).isFalse();
      }
      writer.write(new Batch<>(0, List.of(new Link(1, 5, 6), new Link(8, 11, 6))));
    }
    assertThat(nodes()).containsExactly("5: 2 0", "6: 0 2", "7: 0 1", "11: 1 0");
    write(new Link(9, 6, 5)); // not refused unless asked for
    assertThat(nodes()).containsExactly("5: 2 1", "6: 1 2", "7: 0 1", "11: 1 0");
  }

  @Test
  void aRefusedIdMayBeAnyText() throws Exception {
    String text = "a \"b\" ;diagonal\n$1 «é»";
    RelationshipTables texts =
        new RelationshipTables(
            Table.of(
                name + "_t",
                Column.key("id", "text"),
                Column.of("s", "text"),
                Column.of("t", "text")),
            "s",
            "t",
            EndTable.of(name + "_tn", "id", "o"),
            EndTable.of(name + "_tn", "id", "i"));
    texts.createIfMissing(target);
    RowBinder<String> binder = (id, values) -> values.putText(id).putText(id).putText(id);
    try (BatchWriter<String> writer =
        UpsertRelationships.into(target, texts, binder).refusingBothEnds().open()) {
      assertThatThrownBy(() -> writer.write(new Batch<>(0, List.of(text))))
          .hasMessageStartingWith("id " + text + " is on both sides of");
    }
  }

  @Test
  void violationsAreRowFaultsAndNothingIsWritten() throws Exception {
    sql.execute("CREATE UNIQUE INDEX ON %s_edges (source, target)".formatted(name));
    try (BatchWriter<Link> writer = upsert().open()) {
      SQLException fault =
          catchThrowableOfType(
              SQLException.class,
              () ->
                  writer.write(
                      new Batch<>(
                          7, List.of(new Link(1, 5, 6), new Link(2, 8, 9), new Link(3, 5, 6)))));
      assertThat((Throwable) fault)
          .hasMessageStartingWith("first key 1: ")
          .hasMessageContaining("duplicate key value violates unique constraint");
      assertThat(fault.getMessage()).doesNotContain("(5, 6)"); // no values of the rows
      assertThat(fault.getSQLState()).isEqualTo("23505");
      assertThat(writer.isCausedByRows(fault)).isTrue();
      assertThat(writer.isRetryable(fault)).isFalse();
      assertThat(nodes()).isEmpty();
      assertThat(sql.query("SELECT id FROM " + name + "_edges")).isEmpty();
      writer.write(new Batch<>(7, List.of(new Link(1, 5, 6))));
    }
    assertThat(nodes()).containsExactly("5: 1 0", "6: 0 1");
  }

  @Test
  void blamesRowsForBadValuesNotMissingTables() throws Exception {
    sql.execute("ALTER TABLE %s_edges ADD CHECK (id < 10)".formatted(name));
    try (BatchWriter<Link> writer = upsert().open()) {
      assertThatThrownBy(() -> writer.write(new Batch<>(0, List.of(new Link(10, 5, 6)))))
          .matches(fault -> writer.isCausedByRows((Exception) fault));
      sql.execute("DROP TABLE %s_nodes".formatted(name));
      assertThatThrownBy(() -> writer.write(new Batch<>(0, List.of(new Link(1, 5, 6)))))
          .hasMessageContaining("does not exist")
          .matches(fault -> !writer.isCausedByRows((Exception) fault))
          .matches(fault -> !writer.isRetryable((Exception) fault));
    }
  }

  @Test
  void terminatedBackendIsRetriedOnANewConnection() throws Exception {
    try (Connection holder = holding(2);
        BatchWriter<Link> writer = upsert().withLocks(new Digits("d")).open()) {
      Batch<Link> batch = new Batch<>(2, List.of(new Link(1, 5, 6)));
      CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> run(writer, batch));
      assertThat(Eventually.within(SOON, () -> waitingLocks().size() == 1)).isTrue();
      sql.query("SELECT pg_terminate_backend(" + waitingLocks().get(0) + ")");
      Exception fault =
          catchThrowableOfType(Exception.class, waiting::join); // wraps what write threw
      assertThat(writer.isRetryable(fault)).isTrue();
      assertThat(writer.isCausedByRows(fault)).isFalse();
      holder.rollback();
      writer.write(batch);
    }
    assertThat(nodes()).containsExactly("5: 1 0", "6: 0 1");
  }

  @Test
  void firstLockTimeoutWarnsOfLockHolder() throws Exception {
    List<String> warnings = new CopyOnWriteArrayList<>();
    try (WarningsSeen unused = WarningsSeen.into(warnings);
        Connection holder = holding(2);
        BatchWriter<Link> writer =
            upsert().withLocks(new Digits("d")).withLockTimeout(Duration.ofMillis(50)).open()) {
      Batch<Link> batch = new Batch<>(12, List.of(new Link(1, 5, 6)));
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(() -> writer.write(batch)).isInstanceOf(SQLException.class);
      }
      assertThat(warnings)
          .singleElement()
          .asString()
          .contains("waited 50 ms for the slot locks [1, 2] of d: process " + pid(holder))
          .endsWith("holds {2}; retrying");
      holder.rollback();
      writer.write(batch);
    }
  }

  @Test
  void eightLockTimeoutsFailAndNameTheHolder() throws Exception {
    Grid<Long> grid = Grid.monopartite(2).byLongs(id -> id, id -> id);
    RowBinder<Long> binder = (id, values) -> values.putLong(id).putLong(id).putLong(id);
    UpsertRelationships<Long> writers =
        UpsertRelationships.into(target, tables, binder)
            .withLocks(grid)
            .withLockTimeout(Duration.ofMillis(50));
    int[] locks =
        IntStream.range(0, 4).flatMap(cell -> Arrays.stream(grid.of(cell))).distinct().toArray();
    List<String> warnings = new CopyOnWriteArrayList<>();
    try (WarningsSeen unused = WarningsSeen.into(warnings);
        Connection holder = holding(grid.domain(), locks)) {
      TestPipeline pipeline = Runner.DIRECT.pipeline();
      pipeline
          .apply(Create.of(1L))
          .apply(
              WriteConflictFree.by(grid, writers)
                  .withRetry(
                      Retry.defaults().withDelays(Duration.ofMillis(1), Duration.ofMillis(5))));
      assertThatThrownBy(() -> pipeline.run().waitUntilFinish())
          .hasStackTraceContaining(" in 8 attempts: ")
          .hasStackTraceContaining("process " + pid(holder) + " (holder from 127.0.0.1");
      assertThat(warnings).singleElement().asString().contains("process " + pid(holder));
    }
    assertThat(nodes()).isEmpty();
  }

  @Test
  void lockTimeoutIsRetryableAndNamesHolder() throws Exception {
    try (Connection holder = holding(2);
        BatchWriter<Link> writer =
            upsert().withLocks(new Digits("d")).withLockTimeout(Duration.ofMillis(50)).open()) {
      SQLException fault =
          catchThrowableOfType(
              SQLException.class, () -> writer.write(new Batch<>(12, List.of(new Link(1, 5, 6)))));
      String pid = pid(holder);
      assertThat(fault.getSQLState()).isEqualTo("55P03");
      assertThat((Throwable) fault)
          .hasMessageContaining("canceling statement due to lock timeout")
          .hasMessageContaining(
              "; waited 50 ms for the slot locks [1, 2] of d: process "
                  + pid
                  + " (holder from 127.0.0.1")
          .hasMessageEndingWith("holds {2}");
      assertThat(writer.isLockTimeout(fault)).isTrue();
      assertThat(writer.isRetryable(fault)).isTrue();
      assertThat(writer.isCausedByRows(fault)).isFalse();
      holder.rollback();
      writer.write(new Batch<>(12, List.of(new Link(1, 5, 6))));
    }
    assertThat(nodes()).containsExactly("5: 1 0", "6: 0 1");
  }

  @Test
  void sumsInTwoTablesKeepFurtherColumns() throws Exception {
    RelationshipTables trips =
        new RelationshipTables(
            Table.of(
                name + "_trips",
                Column.key("id", "bigint"),
                Column.of("from", "integer"),
                Column.of("to", "integer"),
                Column.of("fare", "numeric(12, 2)")),
            "from",
            "to",
            EndTable.of(name + "_a", "id", "pickups")
                .withTotal("revenue", "numeric(14, 2)", "fare")
                .withFurther(List.of(Column.of("zone", "text"))),
            EndTable.of(name + "_b", "id", "dropoffs"));
    trips.createIfMissing(target);
    sql.execute("INSERT INTO %s_a (id, zone) VALUES (1, 'Bronx')".formatted(name));
    RowBinder<Link> binder =
        (link, values) ->
            values
                .putLong(link.id)
                .putLong(link.source)
                .putLong(link.target)
                .putDecimal(link.id % 2 == 1 && link.id > 1 ? null : new BigDecimal("0.10"));
    try (BatchWriter<Link> writer = UpsertRelationships.into(target, trips, binder).open()) {
      for (int i = 0; i < 2; i++) {
        writer.write(
            new Batch<>(
                0,
                List.of(
                    new Link(1, 1, 1),
                    new Link(2, 1, 2),
                    new Link(3, 1, 2),
                    new Link(4, 2, 1),
                    new Link(5, 3, 2))));
      }
    }
    assertThat(
            sql.query(
                "SELECT concat_ws(' ', id, zone, pickups, revenue) FROM %s_a ORDER BY id"
                    .formatted(name)))
        .containsExactly("1 Bronx 3 0.20", "2 1 0.10", "3 1 0.00");
    assertThat(sql.query("SELECT id || ' ' || dropoffs FROM %s_b ORDER BY id".formatted(name)))
        .containsExactly("1 2", "2 3");
  }

  @Test
  void valuesOfEveryTypeAndNullsArriveUnchanged() throws Exception {
    RelationshipTables types =
        new RelationshipTables(
            Table.of(
                name + "_types",
                Column.key("id", "uuid"),
                Column.of("s", "text"),
                Column.of("t", "text"),
                Column.of("a", "boolean"),
                Column.of("b", "integer"),
                Column.of("c", "bigint"),
                Column.of("d", "double precision"),
                Column.of("e", "numeric(12, 3)"),
                Column.of("f", "text"),
                Column.of("g", "bytea"),
                Column.of("h", "date"),
                Column.of("i", "timestamp with time zone"),
                Column.of("j", "timestamp")),
            "s",
            "t",
            EndTable.of(name + "_tn", "id", "o"),
            EndTable.of(name + "_tn", "id", "i"));
    types.createIfMissing(target);
    RowBinder<Integer> binder =
        (n, values) -> {
          values.putUuid(new UUID(-1, n)).putText("s" + n).putText("t");
          if (n % 2 == 0) {
            values.putNull().putNull().putNull().putNull().putDecimal(null).putText(null);
            values.putBytes(null).putDate(null).putInstant(null).putText(null);
          } else {
            values.putBoolean(true).putInt(-7).putLong(1L << 40).putDouble(0.1);
            values.putDecimal(new BigDecimal("123456789.125")).putText("é'\"\\\n😀,{}NULL");
            values.putBytes(new byte[] {0, -1}).putDate(LocalDate.of(1995, 11, 22));
            values.putInstant(Instant.parse("1995-11-22T10:15:30.123456Z"));
            values.putText("2025-11-01 00:34:48");
          }
        };
    try (BatchWriter<Integer> writer = UpsertRelationships.into(target, types, binder).open()) {
      for (int i = 0; i < OFTEN; i++) {
        // Batches of a row with values, of one without, and of both.
        writer.write(new Batch<>(0, List.of(3 * i)));
        writer.write(new Batch<>(0, List.of(3 * i + 1, 3 * i + 2)));
      }
    }
    String values =
        "{\"a\": true, \"b\": -7, \"c\": 1099511627776, \"d\": 0.1, \"e\": 123456789.125,"
            + " \"f\": \"é'\\\"\\\\\\n😀,{}NULL\", \"g\": \"\\\\x00ff\", \"h\": \"1995-11-22\","
            + " \"i\": \"1995-11-22T10:15:30.123456+00:00\", \"j\": \"2025-11-01T00:34:48\"}";
    assertThat(
            sql.query(
                "SELECT jsonb_strip_nulls(to_jsonb(r) - 'id' - 's' - 't') FROM %s_types r ORDER BY id"
                    .formatted(name)))
        .isEqualTo(
            IntStream.range(0, 3 * OFTEN).mapToObj(n -> n % 2 == 0 ? "{}" : values).toList());
  }

  @Test
  void refusesWrongTypeOrNumberOfValues() {
    RowBinder<Link> text = (link, values) -> values.putLong(1).putText("x").putLong(1);
    RowBinder<Link> few = (link, values) -> values.putLong(1);
    Batch<Link> batch = new Batch<>(0, List.of(new Link(1, 2, 3)));
    try (BatchWriter<Link> texts = UpsertRelationships.into(target, tables, text).open();
        BatchWriter<Link> fews = UpsertRelationships.into(target, tables, few).open()) {
      assertThatThrownBy(() -> texts.write(batch))
          .hasMessage("column source is bigint and does not accept text");
      assertThatThrownBy(() -> fews.write(batch))
          .hasMessage("the binder must bind 3 values for table %s_edges, got 1".formatted(name));
    }
  }

  @Test
  void createsTablesTwiceAndRefusesOthers() throws Exception {
    tables.createIfMissing(target);
    assertThat(
            sql.query(
                """
                SELECT attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull
                FROM pg_attribute WHERE attrelid = '%s_nodes'::regclass AND attnum > 0 ORDER BY attnum
                """
                    .formatted(name)))
        .containsExactly("id bigint true", "out_degree bigint true", "in_degree bigint true");
    sql.execute("ALTER TABLE %s_nodes ALTER in_degree TYPE integer".formatted(name));
    assertThatThrownBy(() -> tables.createIfMissing(target))
        .isInstanceOf(TargetMismatchException.class)
        .hasMessageContaining("column in_degree: expected bigint, found integer");
  }

  @Test
  void serverClosesConnectionsOfLostClients() throws Exception {
    try (HeldConnection held = HeldConnection.autoCommitting(target, Duration.ofSeconds(7));
        Statement statement = held.use().createStatement();
        var settings =
            statement.executeQuery(
                "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings"
                    + " WHERE name IN ('lock_timeout', 'client_connection_check_interval',"
                    + " 'idle_in_transaction_session_timeout')")) {
      assertThat(held.use().getAutoCommit()).isTrue();
      settings.next();
      assertThat(settings.getString(1))
          .isEqualTo(
              "client_connection_check_interval=10000 idle_in_transaction_session_timeout=60000"
                  + " lock_timeout=7000");
    }
  }

  private UpsertRelationships<Link> upsert() {
    return UpsertRelationships.into(target, tables, BINDER);
  }

  private void write(Link... links) throws Exception {
    try (BatchWriter<Link> writer = upsert().open()) {
      writer.write(new Batch<>(0, List.of(links)));
    }
  }

  /** Writes on another thread, under locks of the domain d unless {@code upsert} has others. */
  private CompletableFuture<Void> writing(UpsertRelationships<Link> upsert, int cell, Link link) {
    UpsertRelationships<Link> locking =
        upsert.locksSlots() ? upsert : upsert.withLocks(new Digits("d"));
    return CompletableFuture.runAsync(
        () -> {
          try (BatchWriter<Link> writer = locking.open()) {
            run(writer, new Batch<>(cell, List.of(link)));
          }
        });
  }

  private static void run(BatchWriter<Link> writer, Batch<Link> batch) {
    try {
      writer.write(batch);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a transaction that holds a lock of the domain d, as a writer would. */
  private Connection holding(int lock) throws SQLException {
    return holding("d", lock);
  }

  private Connection holding(String domain, int... locks) throws SQLException {
    Connection holder =
        DriverManager.getConnection(target.url() + "?ApplicationName=holder", target.user(), null);
    holder.setAutoCommit(false);
    execute(
        holder,
        RelationshipSql.lock(tables, domain)
            .replace("?::integer[]", "ARRAY" + Arrays.toString(locks) + "::int[]"));
    return holder;
  }

  private static void execute(Connection connection, String statement) throws SQLException {
    try (Statement created = connection.createStatement()) {
      created.execute(statement);
    }
  }

  private static String pid(Connection connection) throws SQLException {
    return String.valueOf(connection.unwrap(org.postgresql.PGConnection.class).getBackendPID());
  }

  private List<String> waitingLocks() {
    return locks("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
  }

  private List<String> advisoryLocks() {
    return locks(
        "SELECT objid || ' ' || granted FROM pg_locks WHERE locktype = 'advisory' ORDER BY 1");
  }

  private List<String> locks(String query) {
    try {
      return sql.query(query);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> nodes() throws SQLException {
    return sql.query(
        "SELECT id || ': ' || coalesce(out_degree, -1) || ' ' || in_degree FROM %s_nodes ORDER BY id"
            .formatted(name));
  }

  private void assertCountsAreThoseOfTheEdges() throws SQLException {
    assertThat(nodes())
        .isEqualTo(
            sql.query(
                """
                SELECT id || ': ' || sum(o) || ' ' || sum(i)
                FROM (SELECT source AS id, 1 AS o, 0 AS i FROM %1$s_edges
                      UNION ALL SELECT target, 0, 1 FROM %1$s_edges) AS ends
                GROUP BY id ORDER BY id
                """
                    .formatted(name)));
  }
}

package dev.diagonal.jdbc.relationships;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.Retry;
import dev.diagonal.grid.Grid;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.AnswerLosingRelay;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PostgresExtension.class)
final class FoldedCountsIT {

  private record Link(long id, long source, long target) {}

  private static final RowBinder<Link> BINDER =
      (link, values) -> values.putLong(link.id).putLong(link.source).putLong(link.target);

  private LocalPostgres postgres;
  private JdbcTarget target;
  private Sql sql;
  private String name;
  private RelationshipTables tables;

  @BeforeEach
  void createTables(LocalPostgres server, TestInfo test) throws Exception {
    postgres = server;
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    sql = new Sql(target);
    name = "f" + Math.abs(test.getDisplayName().hashCode());
    sql.execute(
        "DROP TABLE IF EXISTS %1$s_edges, %1$s_nodes, %1$s_nodes_deltas CASCADE".formatted(name));
    tables = tables("bigint");
    tables.createIfMissing(target);
    fold().createIfMissing();
  }

  private RelationshipTables tables(String idType) {
    return new RelationshipTables(
        Table.of(
            name + "_edges",
            Column.key("id", idType),
            Column.of("source", idType),
            Column.of("target", idType)),
        "source",
        "target",
        EndTable.of(name + "_nodes", "id", "out_degree"),
        EndTable.of(name + "_nodes", "id", "in_degree"));
  }

  @Test
  void countsNewRelationshipOnceDespiteRepeatedWrites() throws Exception {
    Random random = new Random(1);
    List<Link> links = new ArrayList<>();
    for (int id = -2_500; id < 2_500; id++) {
      links.add(new Link(id, random.nextInt(50) - 25, random.nextInt(50) - 25));
    }
    for (int run = 0; run < 2; run++) {
      try (BatchWriter<Link> writer = copying(upsert())) {
        for (int from = 0; from < links.size(); from += 300) {
          // Half of each batch is that of the one before.
          writer.write(
              new Batch<>(0, links.subList(Math.max(0, from - 150), Math.min(from + 300, 5_000))));
          assertViewIsExact();
        }
      }
      assertThat(sql.query("SELECT count(*) FROM " + name + "_edges")).containsExactly("5000");
      Fold.Folded folded = fold().now();
      assertThat(folded.ends()).isEqualTo(run == 0 ? 50 : 0);
      assertNodesAreExact();
    }
  }

  private void watchTheWays() throws SQLException {
    sql.execute(
        """
        CREATE TABLE %1$s_seen (n serial, way text);
        CREATE FUNCTION %1$s_look() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO %1$s_seen (way) VALUES (left(current_query(), 4)); RETURN NULL; END $$;
        CREATE TRIGGER look AFTER INSERT ON %1$s_edges EXECUTE FUNCTION %1$s_look();
        """
            .formatted(name));
  }

  @Test
  void copiesUntilThreeKeysExist() throws Exception {
    watchTheWays();
    try (BatchWriter<Link> writer = copying(upsert())) {
      writer.write(batch(0, 10));
      for (int i = 1; i <= 4; i++) {
        writer.write(batch(10 * i - 1, 10 * i + 9)); // one exists
        writer.write(batch(10 * i + 9, 10 * i + 10)); // all new: copies may be tried again
      }
    }
    assertThat(sql.query("SELECT string_agg(way, ' ' ORDER BY n) FROM " + name + "_seen"))
        .containsExactly("COPY WITH WITH WITH WITH WITH WITH WITH WITH");
    assertViewIsExact();
  }

  @Test
  void copiesFromFiveThousandRowsOn() throws Exception {
    watchTheWays();
    try (BatchWriter<Link> writer = upsert().open()) {
      writer.write(batch(0, 4_999));
      writer.write(batch(4_999, 5_000));
      writer.write(batch(5_000, 5_001));
    }
    try (BatchWriter<Link> writer = upsert().open()) {
      writer.write(batch(6_000, 11_000));
    }
    assertThat(sql.query("SELECT string_agg(way, ' ' ORDER BY n) FROM " + name + "_seen"))
        .containsExactly("WITH COPY COPY COPY");
    assertViewIsExact();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void foldsBetweenBatchesWhenManyDeltasArePending(boolean mixed) throws Exception {
    write(new Link(1, 5, 6));
    sql.execute(
        """
        INSERT INTO %s_nodes_deltas (id, out_degree, in_degree, entries)
        SELECT ARRAY[5], ARRAY[0], ARRAY[0], 1 FROM generate_series(1, 2000)\
        """
            .formatted(name));
    UpsertRelationships<Link> writers =
        mixed
            ? upsert()
                .withMixedCounting(
                    Grid.monopartite(4).by(Link::source, Link::target).spreadingHotEnds())
            : upsert();
    List<Map<String, Long>> reported = new ArrayList<>();
    try (BatchWriter<Link> writer = writers.open()) {
      for (int i = 0; i < 20; i++) {
        writer.write(batch(10 + 10 * i, 20 + 10 * i));
        reported.add(writer.reported());
      }
    }
    assertThat(reported).filteredOn(each -> each.containsKey(Fold.FOLDS)).hasSize(1);
    assertThat(reported.get(15).get(Fold.DELTAS)).isGreaterThanOrEqualTo(2_000);
    assertThat(sql.query("SELECT count(*) < 50 FROM %s_nodes_deltas".formatted(name)))
        .containsExactly("t");
    assertViewIsExact();
  }

  @Test
  void failedFoldsMakeNoDeadLetters() throws Exception {
    write(new Link(1, 5, 6));
    sql.execute(
        """
        INSERT INTO %1$s_nodes_deltas (id, out_degree, in_degree, entries)
        SELECT ARRAY[5], ARRAY[0], ARRAY[0], 1 FROM generate_series(1, 2000);
        CREATE FUNCTION %1$s_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE check_violation USING MESSAGE = 'too popular'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON %1$s_nodes
        FOR EACH ROW EXECUTE FUNCTION %1$s_refuse()\
        """
            .formatted(name));
    try (BatchWriter<Link> writer = copying(upsert())) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 20; i++) {
                  writer.write(batch(10 + 10 * i, 20 + 10 * i));
                }
              })
          .satisfies(fault -> assertThat(writer.isCausedByRows((Exception) fault)).isFalse())
          .hasMessageContaining(name + "_edges is written, but pending counts")
          .hasMessageContaining("too popular");
    }
    assertViewIsExact();
  }

  @Test
  void repeatsWithinABatchCountOnce() throws Exception {
    write(new Link(1, 5, 6), new Link(1, 7, 8), new Link(2, 5, 5));
    assertThat(sql.query("SELECT count(*) FROM " + name + "_edges WHERE source = 5"))
        .containsExactly("2"); // of equal keys the first
    fold().now();
    assertNodesAreExact();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bigint", "integer", "uuid", "text", "numeric"})
  void countsEqualEdgesForAnyMixOfFolds(String type) throws Exception {
    sql.execute("DROP TABLE %1$s_edges, %1$s_nodes, %1$s_nodes_deltas CASCADE".formatted(name));
    RelationshipTables typed = tables(type);
    typed.createIfMissing(target);
    UpsertRelationships<long[]> upsert =
        UpsertRelationships.into(target, typed, binder(type)).withCounting(Counting.FOLDED);
    Fold.of(upsert).createIfMissing();
    for (int seed = 0; seed < 6; seed++) {
      Random random = new Random(seed);
      BatchWriter<long[]> writer = copying(upsert);
      for (int step = 0; step < 12; step++) {
        switch (random.nextInt(5)) {
          case 0 -> {
            Fold.Folded unused = Fold.of(upsert).now();
          }
          case 1 -> {
            writer.close();
            writer = copying(upsert);
          }
          default -> {
            List<long[]> rows = new ArrayList<>();
            int keys = 1 << random.nextInt(16);
            for (int row = 1 + random.nextInt(80); row > 0; row--) {
              long key = random.nextInt(keys) - keys / 2;
              // The columns of an edge are a function of its key.
              rows.add(
                  new long[] {key, Math.floorMod(key * 31, 17) - 8, Math.floorMod(key * 7, 13)});
            }
            writer.write(new Batch<>(0, rows));
          }
        }
        assertViewIsExact();
      }
      writer.close();
    }
    Fold.Folded unused = Fold.of(upsert).now();
    assertNodesAreExact();
  }

  private static RowBinder<long[]> binder(String type) {
    return (row, values) -> {
      for (long value : row) {
        switch (type) {
          case "uuid" -> values.putUuid(new java.util.UUID(value * 0x9E3779B97F4A7C15L, value));
          case "text" -> values.putText("é".repeat(Math.floorMod(value, 3)) + value);
          // Equal numbers that are written in two ways.
          case "numeric" ->
              values.putDecimal(
                  BigDecimal.valueOf(value).setScale(Math.floorMod(value + row.length, 3)));
          default -> values.putLong(value);
        }
      }
    };
  }

  @Test
  void addsTotalsOfTwoTablesKeepingOtherColumns() throws Exception {
    RelationshipTables trips =
        new RelationshipTables(
            Table.of(
                name + "_trips",
                Column.key("id", "bigint"),
                Column.of("from", "bigint"),
                Column.of("to", "bigint"),
                Column.of("fare", "numeric")),
            "from",
            "to",
            EndTable.of(name + "_starts", "zone", "trips")
                .withTotal("revenue", "numeric", "fare")
                .withFurther(List.of(Column.of("name", "text"))),
            EndTable.of(name + "_ends", "zone", "trips"));
    trips.createIfMissing(target);
    RowBinder<Link> binder =
        (link, values) -> {
          values.putLong(link.id).putLong(link.source).putLong(link.target);
          if (link.id % 5 == 0) {
            values.putNull();
          } else {
            values.putDecimal(BigDecimal.valueOf(link.id * 12_345_678_901L - 40_000, 3));
          }
        };
    UpsertRelationships<Link> upsert =
        UpsertRelationships.into(target, trips, binder).withCounting(Counting.FOLDED);
    Fold.of(upsert).createIfMissing();
    sql.execute("INSERT INTO %s_starts (zone, name) VALUES (1, 'here')".formatted(name));
    try (BatchWriter<Link> writer = copying(upsert)) {
      writer.write(batch(0, 500));
      writer.write(batch(250, 750));
    }
    String starts =
        "SELECT zone || ' ' || trips || ' ' || revenue || ' ' || coalesce(name, '') FROM %s ORDER"
            + " BY zone";
    List<String> counted =
        sql.query(
            "SELECT \"from\" || ' ' || count(*) || ' ' || sum(coalesce(fare, 0)) || CASE \"from\" WHEN 1 THEN ' here' ELSE ' ' END FROM %s_trips GROUP BY \"from\" ORDER BY \"from\""
                .formatted(name));
    assertThat(sql.query(starts.formatted(name + "_starts_now"))).isEqualTo(counted);
    assertThat(Fold.of(upsert).now().ends()).isEqualTo(20);
    assertThat(sql.query(starts.formatted(name + "_starts"))).isEqualTo(counted);
    assertThat(sql.query("SELECT sum(trips) FROM %s_ends".formatted(name))).containsExactly("750");
  }

  @Test
  void writersInOppositeKeyOrderNeverDeadlock() throws Exception {
    String deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    List<String> before = sql.query(deadlocks);
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int w = 0; w < 4; w++) {
      int number = w;
      writers.add(
          CompletableFuture.runAsync(
              () -> {
                for (int round = 0; round < 20; round++) {
                  // Signed keys: by their bytes alone, -1 would come after 1.
                  List<Link> links =
                      new ArrayList<>(batch(round * 400 - 4_000, round * 400 - 3_000).rows());
                  if (number % 2 == 1) {
                    Collections.reverse(links);
                  }
                  // A fresh writer, so that all of them try to copy.
                  try (BatchWriter<Link> writer = copying(upsert())) {
                    writer.write(new Batch<>(0, links));
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                }
              }));
    }
    writers.add(
        CompletableFuture.runAsync(
            () -> {
              while (!writers.subList(0, 4).stream().allMatch(CompletableFuture::isDone)) {
                try {
                  Fold.Folded unused = fold().now();
                } catch (SQLException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
            }));
    writers.forEach(CompletableFuture::join);
    Fold.Folded unused = fold().now();
    assertThat(sql.query("SELECT count(*) FROM %s_edges".formatted(name))).containsExactly("8600");
    assertNodesAreExact();
    assertThat(sql.query(deadlocks)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"COPY", "ON CONFLICT"})
  void aCommitWhoseAnswerIsLostAddsOnce(String way) throws Exception {
    if (way.equals("ON CONFLICT")) {
      write(new Link(0, 1, 2));
    }
    try (AnswerLosingRelay relay = AnswerLosingRelay.to(postgres.port(), way, 1)) {
      JdbcTarget relayed =
          JdbcTarget.at(target.url().replace(":" + postgres.port() + "/", ":" + relay.port() + "/"))
              .withUser(postgres.user());
      UpsertRelationships<Link> upsert =
          UpsertRelationships.into(relayed, tables, BINDER).withCounting(Counting.FOLDED);
      try (BatchWriter<Link> writer = copying(upsert)) {
        boolean unused =
            Retry.defaults()
                .withDelays(Duration.ofMillis(1), Duration.ofMillis(10))
                .call(
                    () -> {
                      writer.write(batch(0, 50));
                      return true;
                    },
                    writer::isRetryable);
      }
      assertThat(relay.lost()).isEqualTo(1);
    }
    assertViewIsExact();
    Fold.Folded unused = fold().now();
    assertNodesAreExact();
  }

  @Test
  void foldsListIdsOnBothSides() throws Exception {
    UpsertRelationships<Link> refusing = upsert().refusingBothEnds();
    try (BatchWriter<Link> writer = copying(refusing)) {
      writer.write(new Batch<>(0, List.of(new Link(1, 5, 6), new Link(2, 5, 7))));
      Fold.Folded unused = Fold.of(refusing).now();
      List<String> nodes = sql.query("SELECT n::text FROM %s_nodes n".formatted(name));
      writer.write(new Batch<>(0, List.of(new Link(3, 6, 9), new Link(4, 9, 8))));
      assertThatThrownBy(() -> Fold.of(refusing).now())
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith("2 ids of %s_edges are on both sides: 6, 9. ".formatted(name));
      assertThat(sql.query("SELECT n::text FROM %s_nodes n".formatted(name))).isEqualTo(nodes);
      assertViewIsExact(); // the deltas are kept
      // The repair: delete the wrong relationships, and take what they added from the deltas.
      sql.execute("DELETE FROM %1$s_edges WHERE id IN (3, 4)".formatted(name));
      writer.write(batch(100, 101));
    }
    Fold.Folded unused = fold().now();
  }

  @Test
  void countsRowsAsTriggerChangesThem() throws Exception {
    sql.execute(
        """
        CREATE FUNCTION %1$s_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.id = 3 THEN RETURN NULL; END IF; NEW.source := 77; RETURN NEW; END $$;
        CREATE TRIGGER change BEFORE INSERT ON %1$s_edges FOR EACH ROW EXECUTE FUNCTION %1$s_change();
        """
            .formatted(name));
    try (BatchWriter<Link> writer = copying(upsert())) {
      writer.write(batch(0, 10));
    }
    Fold.Folded unused = fold().now();
    assertNodesAreExact();
    assertThat(sql.query("SELECT out_degree FROM %s_nodes WHERE id = 77".formatted(name)))
        .containsExactly("9");
  }

  @Test
  void anEndWithoutIdLiesInTheRows() throws Exception {
    RowBinder<Link> nulls =
        (link, values) -> values.putLong(link.id).putLong(link.source).putNull();
    try (BatchWriter<Link> writer =
        UpsertRelationships.into(target, tables, nulls).withCounting(Counting.FOLDED).open()) {
      assertThatThrownBy(() -> writer.write(batch(0, 1)))
          .matches(fault -> writer.isCausedByRows((Exception) fault))
          .hasMessageStartingWith("first key 0: ");
    }
    assertThat(sql.query("SELECT count(*) FROM %s_edges".formatted(name))).containsExactly("0");
  }

  @Test
  void namesGrantForRoleThatCannotCreate() throws Exception {
    sql.execute(
        """
        DROP TABLE %1$s_nodes_deltas CASCADE;
        CREATE SCHEMA %1$s; CREATE ROLE %1$s_role LOGIN;
        GRANT USAGE ON SCHEMA %1$s TO %1$s_role;
        CREATE TABLE %1$s.nodes (id bigint PRIMARY KEY, o bigint, i bigint);
        CREATE TABLE %1$s.edges (id bigint PRIMARY KEY, source bigint, target bigint);
        GRANT ALL ON ALL TABLES IN SCHEMA %1$s TO %1$s_role;
        """
            .formatted(name));
    RelationshipTables given =
        new RelationshipTables(
            new Table(name + ".edges", tables.edges().columns()),
            "source",
            "target",
            EndTable.of(name + ".nodes", "id", "o"),
            EndTable.of(name + ".nodes", "id", "i"));
    JdbcTarget asRole =
        JdbcTarget.at(postgres.jdbcUrl() + "?options=-c%20role=" + name + "_role")
            .withUser(postgres.user());
    Fold ofRole = Fold.of(UpsertRelationships.into(asRole, given, BINDER));
    assertThatThrownBy(ofRole::createIfMissing)
        .hasMessageContaining("GRANT CREATE ON SCHEMA %1$s TO %1$s_role".formatted(name));
    Fold.of(UpsertRelationships.into(target, given, BINDER)).createIfMissing();
    assertThatThrownBy(ofRole::createIfMissing)
        .hasMessageContaining(
            "GRANT SELECT, INSERT, DELETE ON \"%1$s\".\"nodes_deltas\" TO %1$s_role"
                .formatted(name));
  }

  private Batch<Link> batch(long from, long to) {
    return new Batch<>(
        0,
        LongStream.range(from, to)
            .mapToObj(id -> new Link(id, Math.floorMod(id, 10), 10 + Math.floorMod(id * 7, 10)))
            .toList());
  }

  private UpsertRelationships<Link> upsert() {
    return UpsertRelationships.into(target, tables, BINDER).withCounting(Counting.FOLDED);
  }

  /** Returns a writer that copies its first rows already. */
  private static <T> BatchWriter<T> copying(UpsertRelationships<T> upsert) {
    return new FoldedWriter<>(upsert, 0);
  }

  private Fold fold() {
    return Fold.of(upsert());
  }

  private void write(Link... links) throws Exception {
    try (BatchWriter<Link> writer = copying(upsert())) {
      writer.write(new Batch<>(0, List.of(links)));
    }
  }

  private void assertNodesAreExact() throws SQLException {
    assertThat(sql.query("SELECT count(*) FROM %s_nodes_deltas".formatted(name)))
        .containsExactly("0");
    assertThat(wrong("_nodes")).isEmpty();
  }

  private void assertViewIsExact() throws SQLException {
    assertThat(wrong("_nodes_now")).isEmpty();
  }

  private List<String> wrong(String nodes) throws SQLException {
    return sql.query(
        """
        SELECT n || ' and ' || counted FROM %1$s%2$s AS n FULL JOIN (
          SELECT id, sum(o) AS out_degree, sum(i) AS in_degree
          FROM (SELECT source AS id, 1 AS o, 0 AS i FROM %1$s_edges
                UNION ALL SELECT target, 0, 1 FROM %1$s_edges) AS ends
          GROUP BY id) AS counted USING (id)
        WHERE (n.out_degree, n.in_degree) IS DISTINCT FROM (counted.out_degree, counted.in_degree)
        """
            .formatted(name, nodes));
  }
}

package dev.diagonal.jdbc.relationships;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelationshipSqlTest {

  private static final Table EDGES =
      Table.of(
          "edges",
          Column.key("edge_id", "uuid"),
          Column.of("source", "bigint"),
          Column.of("target", "bigint"));

  private static final Table TRIPS =
      Table.of(
          "taxi.trips",
          Column.key("id", "bigint"),
          Column.of("from", "integer"),
          Column.of("to", "integer"),
          Column.of("fare", "numeric(12, 2)"));

  private static final EndTable OUT = EndTable.of("nodes", "id", "out_degree");
  private static final EndTable IN = EndTable.of("nodes", "id", "in_degree");

  @Test
  void insertsNewRelationshipsAndCountsBothEnds() {
    assertThat(RelationshipSql.insert(edges(OUT, IN), false).replace("\"", ""))
        .isEqualTo(
            "WITH added AS (INSERT INTO edges (edge_id, source, target)"
                + " SELECT c0::uuid, c1::bigint, c2::bigint"
                + " FROM unnest(?::text[], ?::bigint[], ?::bigint[]) WITH ORDINALITY AS r (c0, c1, c2, n)"
                + " ORDER BY c0::uuid, n"
                + " ON CONFLICT (edge_id) DO NOTHING"
                + " RETURNING source AS source, target AS target,"
                + " 0 AS source_value, 0 AS target_value),"
                + " counted AS (INSERT INTO nodes AS n (id, out_degree, in_degree)"
                + " SELECT id, sum(v0), sum(v1) FROM"
                + " (SELECT source AS id, 1 AS v0, 0 AS v1 FROM added"
                + " UNION ALL SELECT target AS id, 0 AS v0, 1 AS v1 FROM added) AS ends"
                + " GROUP BY id ORDER BY id ON CONFLICT (id) DO UPDATE SET"
                + " out_degree = coalesce(n.out_degree, 0) + excluded.out_degree,"
                + " in_degree = coalesce(n.in_degree, 0) + excluded.in_degree)"
                + " SELECT count(*) FROM added");
  }

  @Test
  void countsEndsInTwoTablesSequentially() {
    RelationshipTables tables =
        new RelationshipTables(
            TRIPS,
            "from",
            "to",
            EndTable.of("a", "id", "pickups").withTotal("revenue", "numeric(14, 2)", "fare"),
            EndTable.of("b", "key", "dropoffs"));
    assertThat(RelationshipSql.insert(tables, false).replace("\"", ""))
        .contains("RETURNING from AS source, to AS target, coalesce(fare, 0) AS source_value")
        .endsWith(
            ", counted AS (INSERT INTO a AS n (id, pickups, revenue)"
                + " SELECT id, sum(v0), sum(v1) FROM"
                + " (SELECT source AS id, 1 AS v0, source_value AS v1 FROM added) AS ends"
                + " GROUP BY id ORDER BY id ON CONFLICT (id) DO UPDATE SET"
                + " pickups = coalesce(n.pickups, 0) + excluded.pickups,"
                + " revenue = coalesce(n.revenue, 0) + excluded.revenue)"
                + ", counted_too AS (INSERT INTO b AS n (key, dropoffs) SELECT id, sum(v0) FROM"
                + " (SELECT target AS id, 1 AS v0 FROM added) AS ends"
                + " GROUP BY id ORDER BY id ON CONFLICT (key) DO UPDATE SET"
                + " dropoffs = coalesce(n.dropoffs, 0) + excluded.dropoffs)"
                + " SELECT count(*) FROM added");
  }

  @Test
  void lockNamespaceDependsOnTablesAndDomain() {
    assertThat(RelationshipSql.lock(edges(OUT, IN), "Tom's"))
        .isEqualTo(
            "SELECT pg_advisory_xact_lock("
                + "hashtext('\"nodes\"'::regclass::oid::text || ' Tom''s'), lock)"
                + " FROM (SELECT lock FROM unnest(?::integer[]) AS lock ORDER BY lock) AS locks");
    assertThat(RelationshipSql.lock(edges(EndTable.of("s.o'x", "id", "out_degree"), IN), "d"))
        .contains(
            "'\"s\".\"o''x\"'::regclass::oid::text || ' ' || '\"nodes\"'::regclass::oid::text");
  }

  @Test
  void oneTableOfEndsHasAllColumnsOnce() {
    Column borough = Column.of("borough", "text");
    RelationshipTables tables =
        new RelationshipTables(
            TRIPS,
            "from",
            "to",
            EndTable.of("zones", "id", "pickups")
                .withTotal("revenue", "numeric(14, 2)", "fare")
                .withFurther(List.of(borough)),
            EndTable.of("zones", "id", "dropoffs").withFurther(List.of(borough)));
    assertThat(tables.endTables())
        .containsExactly(
            Table.of(
                    "zones",
                    Column.key("id", "integer"),
                    borough,
                    Column.of("pickups", "bigint NOT NULL DEFAULT 0"),
                    Column.of("dropoffs", "bigint NOT NULL DEFAULT 0"),
                    Column.of("revenue", "numeric(14, 2) NOT NULL DEFAULT 0"))
                .withFillfactor(50));
  }

  @Test
  void relationshipsNeedATableOfTheirOwn() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new RelationshipTables(
                    TRIPS,
                    "from",
                    "to",
                    EndTable.of("x", "id", "n"),
                    EndTable.of("taxi.trips", "id", "n")))
        .withMessage(
            "the relationships and their ends must have tables of their own, got taxi.trips for both");
  }

  @Test
  void refusesTablesThatDoNotFitTogether() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RelationshipTables(EDGES, "source", "tgt", OUT, IN))
        .withMessageStartingWith("table edges must have a column tgt, got [");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RelationshipTables(EDGES, "source", "source", OUT, IN))
        .withMessage("source and target must be two columns, got source twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> edges(OUT, EndTable.of("nodes", "key", "in_degree")))
        .withMessage("table nodes must have one id column, got id and key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> edges(OUT, OUT))
        .withMessageStartingWith("columns of table nodes must have different names");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> edges(OUT.withTotal("total", "numeric", "fare"), IN))
        .withMessageStartingWith("table edges must have a column fare");
    Table mixed =
        Table.of("m", Column.key("k", "int"), Column.of("a", "int"), Column.of("b", "text"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RelationshipTables(mixed, "a", "b", OUT, IN))
        .withMessage("source and target of table nodes must have one type, got int and text");
  }

  @Test
  void refusesSettingsThatMakeNoSense() {
    JdbcTarget database = JdbcTarget.at("jdbc:postgresql://h/d");
    RelationshipTables two = edges(OUT, EndTable.of("others", "id", "in_degree"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> UpsertRelationships.into(database, two, (r, v) -> {}).refusingBothEnds())
        .withMessageContaining("got nodes and others");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                UpsertRelationships.into(database, two, (r, v) -> {})
                    .withLockTimeout(Duration.ofNanos(1)))
        .withMessageContaining("lockTimeout must be within 1 to 2147483647 ms, got PT0.000000001S");
  }

  private static RelationshipTables edges(EndTable sources, EndTable targets) {
    return new RelationshipTables(EDGES, "source", "target", sources, targets);
  }
}

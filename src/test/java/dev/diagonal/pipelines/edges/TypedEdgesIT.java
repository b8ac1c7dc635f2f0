package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.DIRECT;
import static dev.diagonal.pipelines.edges.LoadEdgesRun.FLINK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads edges with typed columns, one of which is added up at the nodes. */
@ExtendWith(PostgresExtension.class)
final class TypedEdgesIT {

  private static final int EDGES = 3_000;
  private static final String WRONG_TOTALS =
      """
      SELECT id FROM %s FULL JOIN (
        SELECT id, sum(o) AS o, sum(i) AS i FROM (
          SELECT source AS id, weight::numeric AS o, 0 AS i FROM edges
          UNION ALL SELECT target, 0, weight::numeric FROM edges) AS ends GROUP BY id) AS added
        USING (id)
      WHERE (out_weight, in_weight) IS DISTINCT FROM (coalesce(o, 0), coalesce(i, 0))""";

  private final Path directory;
  private final EdgeDatabase database;

  TypedEdgesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  @AfterEach // the next class must not find deltas with totals
  void dropTables() throws Exception {
    database.execute("DROP TABLE IF EXISTS edges, nodes, nodes_deltas, targets CASCADE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"immediate", "folded", "mixed"})
  void writesEveryTypeAsItIs(String counts) throws Exception {
    Path input =
        write(
            "s,t,b,si,i,bi,r,d,n,x,by,da,ti,ts,at,u,j",
            "1,2,true,-7,8,9000000000,0.1,0.1,12345.678901234567890123,\"a \"\"q\"\"\",\\x00ff,"
                + "2024-02-29,12:30:00.5,2024-02-29T12:30:00,2024-02-29T12:30:00+02:00,"
                + "0f8fad5b-d9cb-469f-a165-70867728950e,\"{\"\"a\"\": [1]}\"",
            "2,3,,,,,,,,\"\",,,,,,,");
    assertDone(
        launch(
            "--input=" + input + " --counts=" + counts,
            "--edgeColumns=b:boolean,si:smallint,i:integer,bi:bigint,r:real,d:double,n:decimal,"
                + "x:text,by:bytes,da:date,ti:time,ts:timestamp,at:instant,u:uuid,j:json"));
    String values =
        "concat_ws('|', b, si, i, bi, r, d, n, x, by, da, ti, ts, at AT TIME ZONE 'UTC', u, j)";
    assertThat(database.query("SELECT " + values + " FROM edges ORDER BY source"))
        .containsExactly(
            "t|-7|8|9000000000|0.1|0.1|12345.678901234567890123|a \"q\"|\\x00ff|2024-02-29|"
                + "12:30:00.5|2024-02-29 12:30:00|2024-02-29 10:30:00|"
                + "0f8fad5b-d9cb-469f-a165-70867728950e|{\"a\": [1]}",
            "");
    assertThat(
            database.query(
                "SELECT string_agg(format_type(atttypid, atttypmod), ',' ORDER BY attnum)"
                    + " FROM pg_attribute WHERE attrelid = 'edges'::regclass AND attnum > 3"))
        .containsExactly(
            "boolean,smallint,integer,bigint,real,double precision,numeric,text,bytea,date,"
                + "time without time zone,timestamp without time zone,timestamp with time zone,"
                + "uuid,jsonb");
  }

  @ParameterizedTest
  @ValueSource(strings = {"immediate", "folded"})
  void valueOfOtherTypeIsBadRecord(String counts) throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    Path input =
        write("s,t,weight,price,kind", "1,2,4.5,1.25,x", "2,3,heavy,1.00,y", "3,4,1,1.255,z");
    assertDone(
        launch(
            "--input=%s --badRecords=%s --counts=%s".formatted(input, bad, counts),
            "--edgeColumns=weight:double,price:decimal(6,2),kind"));
    assertThat(Files.readAllLines(bad))
        .hasSize(2)
        .anyMatch(line -> line.contains("column weight: 'heavy' is ") && line.contains(" double"))
        .anyMatch(
            line ->
                line.contains("column price: '1.255' has more digits than decimal(6,2) allows"));
    assertThat(database.query("SELECT concat_ws(' ', weight, price, kind) FROM edges"))
        .containsExactly("4.5 1.25 x");
  }

  @Test
  void untypedColumnTakesTypeOfTable() throws Exception {
    database.execute(
        "CREATE TABLE edges (edge_id uuid PRIMARY KEY, source bigint, target bigint,"
            + " since date, weight numeric(5,1))");
    Path bad = directory.resolve("bad.jsonl");
    Path input =
        write("s,t,since,weight", "1,2,2024-01-31,10.5", "2,3,2024-02-30,1", "3,4,2024-01-01,0.55");
    assertDone(
        launch("--input=%s --badRecords=%s".formatted(input, bad), "--edgeColumns=since,weight"));
    assertThat(database.query("SELECT since || ' ' || weight FROM edges"))
        .containsExactly("2024-01-31 10.5");
    assertThat(Files.readAllLines(bad))
        .hasSize(2)
        .anyMatch(line -> line.contains("column since: '2024-02-30' is "))
        .anyMatch(line -> line.contains("column weight: '0.55' has more digits"));
  }

  @Test
  void aQueryGivesTypedColumnsAndTotals() throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS given; CREATE TABLE given AS SELECT i AS id, i % 7 AS s, i % 5 AS t,"
            + " i * 0.1 AS w, i % 2 = 0 AS even FROM generate_series(1, 500) AS i");
    assertDone(
        launch(
            "--inputQuery=SELECT+id,s,t,w+AS+weight,even+FROM+given".replace('+', '\u00a0'),
            "--idColumn=id --sourceColumn=s --targetColumn=t --totalColumn=weight",
            "--edgeColumns=weight:decimal,even:boolean"));
    assertThat(
            database.query("SELECT sum(weight) || ' ' || count(*) FILTER (WHERE even) FROM edges"))
        .containsExactly("12525.0 250");
    assertThat(database.query(WRONG_TOTALS.formatted("nodes"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    DIRECT + ",immediate,decimal",
    DIRECT + ",folded,decimal",
    DIRECT + ",mixed,decimal",
    DIRECT + ",folded,bigint",
    DIRECT + ",mixed,integer",
    FLINK + ",immediate,bigint",
    FLINK + ",folded,decimal",
    FLINK + ",mixed,decimal"
  })
  void totalsAreExact(String runner, String counts, String type) throws Exception {
    BigDecimal sum = BigDecimal.ZERO;
    List<String> lines = new ArrayList<>(List.of("s,t,weight,kind"));
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < EDGES; i++) {
      BigDecimal weight = weight(type, random);
      sum = weight == null ? sum : sum.add(weight);
      int source = random.nextInt(4) == 0 ? 0 : random.nextInt(200); // a hub
      lines.add("%s,%s,%s,k".formatted(source, random.nextInt(200), weight == null ? "" : weight));
    }
    Path input = write(lines.toArray(String[]::new));
    for (int run = 0; run < 2; run++) {
      assertDone(
          launch(
              "--input=%s --batchSize=%s --counts=%s %s".formatted(input, 50 + run, counts, runner),
              "--edgeColumns=weight:" + type + ",kind",
              "--totalColumn=weight"));
      assertThat(database.query("SELECT trim_scale(sum(weight)::numeric) FROM edges"))
          .containsExactly(sum.stripTrailingZeros().toPlainString());
      assertThat(database.query(WRONG_TOTALS.formatted("nodes"))).isEmpty();
      assertThat(database.wrongNodes()).isEmpty();
    }
    if (!counts.equals("immediate")) {
      assertThat(database.query(WRONG_TOTALS.formatted("nodes_now"))).isEmpty();
    }
  }

  private static @Nullable BigDecimal weight(String type, SplittableRandom random) {
    if (random.nextInt(20) == 0) {
      return null;
    }
    return switch (type) {
      case "decimal" -> BigDecimal.valueOf(random.nextLong(), random.nextInt(25));
      case "integer" -> BigDecimal.valueOf(random.nextInt());
      default -> BigDecimal.valueOf(random.nextLong()); // sums exceed 64 bits
    };
  }

  @Test
  void eachTableOfNodesHasItsTotal() throws Exception {
    Path input = write("s,t,weight", "1,1,0.1", "1,2,0.2", "2,1,0.4");
    assertDone(
        launch(
            "--input=" + input + " --targetNodesTable=targets --counts=folded",
            "--edgeColumns=weight:decimal --totalColumn=weight"));
    assertThat(database.query("SELECT id || ' ' || out_weight FROM nodes ORDER BY id"))
        .containsExactly("1 0.3", "2 0.4");
    assertThat(database.query("SELECT id || ' ' || in_weight FROM targets ORDER BY id"))
        .containsExactly("1 0.5", "2 0.2");
    database.execute("DROP TABLE targets_deltas CASCADE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--fold", "--input=FILE", "--input=FILE --counts=folded"})
  void totalsOfAnEarlierRunAreNotLost(String options) throws Exception {
    Path input = write("s,t,weight", "1,2,0.1");
    String totals = "--edgeColumns=weight:decimal --totalColumn=weight";
    assertDone(launch("--input=" + input + " --counts=folded", totals));
    // As if the fold of that run had never come.
    database.execute(
        """
        INSERT INTO nodes_deltas SELECT array_agg(id), array_agg(out_degree::int),
          array_agg(in_degree::int), array_agg(out_weight), array_agg(in_weight), count(*)
          FROM nodes;
        DELETE FROM nodes""");
    Launched other = launch(options.replace("FILE", String.valueOf(input)));
    assertThat(other.exitCode()).isNotEqualTo(ExitCode.DONE);
    assertThat(other.err().toString())
        .contains("nodes_deltas", "column out_weight", "--totalColumn");
    assertThat(database.number("SELECT count(*) FROM nodes_deltas")).isEqualTo(1);
    assertDone(launch("--fold", totals));
    assertThat(database.query(WRONG_TOTALS.formatted("nodes"))).isEmpty();
  }

  @Test
  void numbersThatCannotBeSummedAreBadRecords() throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    Path input = write("s,t,weight", "1,2,NaN", "2,3,1.5");
    assertDone(
        launch(
            "--input=" + input + " --badRecords=" + bad,
            "--edgeColumns=weight:decimal --totalColumn=weight"));
    assertThat(Files.readAllLines(bad))
        .singleElement()
        .asString()
        .contains("column weight: 'NaN' cannot be summed");
    assertThat(database.query(WRONG_TOTALS.formatted("nodes"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--edgeColumns=weight:dubble; 'dubble' is not a type",
        "--edgeColumns=weight:double --totalColumn=weight; must be smallint, integer, bigint or"
            + " decimal, got double",
        "--edgeColumns=weight --totalColumn=weight; must be smallint, integer, bigint or decimal,"
            + " got none",
        "--edgeColumns=kind --totalColumn=weight; --totalColumn: 'weight' is not a column of"
            + " --edgeColumns",
        "--edgeColumns=weigth:double; did you mean 'weight'"
      })
  void wrongOptionsAreOneLine(String options, String message) throws Exception {
    Path input = write("s,t,weight,kind", "1,2,1,k");
    Launched launched = launch("--input=" + input, options);
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().toString().toLowerCase(Locale.ROOT))
        .contains(message.strip().toLowerCase(Locale.ROOT));
    assertThat(launched.err()).filteredOn(line -> !line.contains("--help")).hasSize(1);
  }

  private Path write(String... lines) throws Exception {
    return Files.write(directory.resolve("typed.csv"), List.of(lines));
  }

  private Launched launch(String... options) {
    List<String> args = new ArrayList<>(List.of("load-edges"));
    Stream.of(options).flatMap(words -> Stream.of(words.split(" "))).forEach(args::add);
    args.replaceAll(arg -> arg.replace('\u00a0', ' '));
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    return Launched.with(List.of(new LoadEdges()), args.toArray(String[]::new));
  }
}

package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Every type that a column of PostgreSQL may have, with values at the edges. */
@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class TypeMatrixIT {

  /** Types that are not base types of the catalogue. */
  private static final Map<String, List<String>> OWN =
      Map.of(
          "matrix.mood", List.of("'sad'"),
          "matrix.\"Pair\"", List.of("'(1,\"a, \"\"b\"\"\")'", "'(,)'"),
          "matrix.whole", List.of("'7'"),
          "integer[]", List.of("'{{1,2},{3,NULL}}'", "'{}'", "'[0:1]={1,2}'"),
          "text[]", List.of("'{\"a,b\",\"\\\"\",NULL,\"NULL\",\"\"}'"),
          "matrix.mood[]", List.of("'{sad,happy}'"),
          "numeric(5, 2)", List.of("'-123.40'", "'NaN'"),
          "bit(3)", List.of("'101'"),
          "character(5)", List.of("'ab'"));

  private static final Map<String, List<String>> EDGES =
      Map.ofEntries(
          Map.entry("bool", List.of("true", "false")),
          Map.entry("bytea", List.of("'\\x00ff'", "''")),
          Map.entry("\"char\"", List.of("'a'", "''")),
          Map.entry("name", List.of("repeat('n', 63)")),
          Map.entry("int8", List.of("-9223372036854775808", "9223372036854775807")),
          Map.entry("int2", List.of("-32768", "32767")),
          Map.entry("int4", List.of("-2147483648", "2147483647")),
          Map.entry("text", List.of("'ž, \"q\" \\ '", "''", "E'a\\r\\nb\\tc'")),
          Map.entry("oid", List.of("4294967295")),
          Map.entry("float4", List.of("'NaN'", "'-Infinity'", "1e-45", "3.4028235e38", "'-0'")),
          Map.entry("float8", List.of("'NaN'", "'Infinity'", "5e-324", "0.1", "'-0'")),
          Map.entry(
              "numeric", List.of("'NaN'", "'Infinity'", "'-Infinity'", "'1.10'", "1e-20", "1e300")),
          Map.entry(
              "date", List.of("'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'")),
          Map.entry("time", List.of("'24:00'", "'00:00'", "'23:59:59.999999'")),
          Map.entry(
              "timestamp",
              List.of(
                  "'infinity'",
                  "'-infinity'",
                  "'4713-01-01 BC'",
                  "'294246-12-31 23:59:59.999999'")),
          Map.entry(
              "timestamptz",
              List.of(
                  "'infinity'",
                  "'-infinity'",
                  "'0001-01-01 00:00:00+00'",
                  "'10000-01-01 00:00+00'")),
          Map.entry("timetz", List.of("'24:00:00-15:59'", "'12:00+02'")),
          Map.entry("interval", List.of("'-1 mon +2 days -03:00:00.000001'", "'178000000 years'")),
          Map.entry("money", List.of("'-92233720368547758.08'", "'1234.56'")),
          Map.entry("bit", List.of("'1'")),
          Map.entry("varbit", List.of("'10101'", "''")),
          Map.entry("uuid", List.of("'00000000-0000-0000-0000-0000000000ff'")),
          Map.entry("json", List.of("'{\"b\": 1,  \"a\": [null, \"é\"]}'", "'\"1\"'")),
          Map.entry("jsonb", List.of("'{\"a\": 1.10}'", "'[\"text\"]'", "'\"1\"'", "'\"text\"'")),
          Map.entry("jsonpath", List.of("'$.\"a\"[*]?(@ > 1)'")),
          Map.entry("xml", List.of("'<a b=\"c\">d &amp; e</a>'", "'only text'")),
          Map.entry("tsvector", List.of("'''it''''s'':1A,2 b'")),
          Map.entry("tsquery", List.of("'a & !(b | c)'")),
          Map.entry("inet", List.of("'::1/128'", "'10.0.0.1/8'")),
          Map.entry("cidr", List.of("'10.0.0.0/8'")),
          Map.entry("macaddr", List.of("'08:00:2b:01:02:03'")),
          Map.entry("macaddr8", List.of("'08:00:2b:01:02:03:04:05'")),
          Map.entry("point", List.of("'(1e300,-0.1)'")),
          Map.entry("line", List.of("'{1,2,3}'")),
          Map.entry("lseg", List.of("'[(0,0),(1,1)]'")),
          Map.entry("box", List.of("'(1,1),(0,0)'")),
          Map.entry("path", List.of("'[(0,0),(1,1)]'", "'((0,0),(1,1))'")),
          Map.entry("polygon", List.of("'((0,0),(1,1),(1,0))'")),
          Map.entry("circle", List.of("'<(0,0),1>'")),
          Map.entry("int4range", List.of("'empty'", "'[1,)'")),
          Map.entry("int8range", List.of("'(,5)'")),
          Map.entry("numrange", List.of("'[1.10,2]'")),
          Map.entry("tsrange", List.of("'[2024-01-01,infinity]'")),
          Map.entry("tstzrange", List.of("'[2024-01-01 00:00+00,)'")),
          Map.entry("daterange", List.of("'[-infinity,2024-01-01)'")),
          Map.entry("int4multirange", List.of("'{[1,3),[5,)}'", "'{}'")),
          Map.entry("int8multirange", List.of("'{[1,3)}'")),
          Map.entry("nummultirange", List.of("'{[1.5,2]}'")),
          Map.entry("tsmultirange", List.of("'{[2024-01-01,2024-01-02)}'")),
          Map.entry("tstzmultirange", List.of("'{[2024-01-01 00:00+00,)}'")),
          Map.entry("datemultirange", List.of("'{[2024-01-01,2024-01-05)}'")),
          Map.entry("bpchar", List.of("'ab'")),
          Map.entry("varchar", List.of("'a b'")),
          Map.entry("pg_lsn", List.of("'16/B374D848'")),
          Map.entry("xid", List.of("'4294967295'")),
          Map.entry("xid8", List.of("'18446744073709551615'")),
          Map.entry("cid", List.of("'7'")),
          Map.entry("tid", List.of("'(4294967295,65535)'")),
          Map.entry("refcursor", List.of("'c'")),
          Map.entry("aclitem", List.of("'=r/postgres'")),
          Map.entry("int2vector", List.of("'1 2'")),
          Map.entry("oidvector", List.of("'1 2'")),
          Map.entry("txid_snapshot", List.of("'10:20:10,14'")),
          Map.entry("pg_snapshot", List.of("'10:20:10,14'")),
          Map.entry("regclass", List.of("'pg_class'")),
          Map.entry("regcollation", List.of("'\"C\"'")),
          Map.entry("regconfig", List.of("'english'")),
          Map.entry("regdictionary", List.of("'simple'")),
          Map.entry("regnamespace", List.of("'pg_catalog'")),
          Map.entry("regoper", List.of("'||/'")),
          Map.entry("regoperator", List.of("'+(integer,integer)'")),
          Map.entry("regproc", List.of("'now'")),
          Map.entry("regprocedure", List.of("'abs(integer)'")),
          Map.entry("regrole", List.of("'pg_monitor'")),
          Map.entry("regtype", List.of("'integer'")));

  /** Types without an input function: no value of these can be written. */
  private static final String BASE_TYPES =
      """
      SELECT format_type(oid, -1) FROM pg_type
      WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm')
        AND typcategory NOT IN ('A', 'P') AND typrelid = 0
        AND typname NOT IN ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list',
          'pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary', 'gtsvector')
      ORDER BY 1
      """;

  private static final Pattern REFUSED = Pattern.compile("column '(\\w+)'");

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

  /**
   * The values that no field of their column's type can hold: years beyond 9999, what is not
   * finite, and JSON of another kind than the first value of its column, which is an object here.
   */
  private static final List<String> NOT_INDEXED =
      List.of(
          "date infinity",
          "date -infinity",
          "date 5874897-12-31",
          "double precision NaN",
          "double precision Infinity",
          "json \"1\"",
          "jsonb [\"text\"]",
          "jsonb \"1\"",
          "jsonb \"text\"",
          "numeric NaN",
          "numeric Infinity",
          "numeric -Infinity",
          "numeric NaN",
          "real NaN",
          "real -Infinity",
          "timestamp with time zone infinity",
          "timestamp with time zone -infinity",
          "timestamp with time zone 10000-01-01 00:00:00+00",
          "timestamp without time zone infinity",
          "timestamp without time zone -infinity",
          "timestamp without time zone 294246-12-31 23:59:59.999999");

  private final Path directory;
  private final EdgeDatabase database;
  private final Map<String, List<String>> columns = new TreeMap<>();
  private final Set<String> jsonColumns = new TreeSet<>();

  TypeMatrixIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createSource() throws Exception {
    database.execute(
        """
        DROP SCHEMA IF EXISTS matrix CASCADE; CREATE SCHEMA matrix;
        CREATE TYPE matrix.mood AS ENUM ('happy', 'sad');
        CREATE TYPE matrix."Pair" AS (a int, b text);
        CREATE DOMAIN matrix.whole AS integer CHECK (VALUE > 0)
        """);
    Map<String, List<String>> values = new TreeMap<>(OWN);
    for (Map.Entry<String, List<String>> edge : EDGES.entrySet()) {
      String type =
          database.query("SELECT format_type('%s'::regtype, -1)".formatted(edge.getKey())).get(0);
      values.put(type, edge.getValue());
    }
    List<String> unknown = new ArrayList<>(database.query(BASE_TYPES));
    unknown.removeAll(values.keySet());
    assertThat(unknown).as("types without values in this test").isEmpty();
    int number = 0;
    List<String> definitions = new ArrayList<>(List.of("id bigint PRIMARY KEY"));
    for (Map.Entry<String, List<String>> each : values.entrySet()) {
      String column = "c%03d".formatted(number++);
      definitions.add(column + " " + each.getKey());
      columns.put(column, each.getValue());
      if (each.getKey().startsWith("json") && !each.getKey().equals("jsonpath")) {
        jsonColumns.add(column);
      }
    }
    for (String table : List.of("source", "straight", "csv", "jsonl", "staged", "parquet")) {
      database.execute(
          "CREATE TABLE matrix.%s (%s)".formatted(table, String.join(", ", definitions)));
    }
    int rows = columns.values().stream().mapToInt(List::size).max().orElseThrow();
    for (int row = 0; row <= rows; row++) {
      int at = row;
      String list =
          columns.values().stream()
              .map(each -> at < each.size() ? each.get(at) : "NULL")
              .collect(Collectors.joining(", "));
      database.execute("INSERT INTO matrix.source VALUES (%d, %s)".formatted(row, list));
    }
  }

  private void transfer(String from, String to, String... options) {
    List<String> args = new ArrayList<>(List.of("transfer", "--from=" + from, "--to=" + to));
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    args.addAll(List.of(options));
    Launched launched = Launched.with(Main.COMMANDS, args.toArray(String[]::new));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
  }

  /** Compares each column by its text, and JSON in JSON lines, which keep no blanks, as JSON. */
  private void assertEqual(String table) throws Exception {
    List<String> different = new ArrayList<>();
    for (String column : columns.keySet()) {
      String as = table.equals("jsonl") && jsonColumns.contains(column) ? "jsonb" : "text";
      if (table.equals("parquet") && isNumeric(column)) {
        as = "numeric"; // Parquet's decimals have a fixed scale
      }
      List<String> found =
          database.query(
              """
              SELECT pg_typeof(s.%1$s) || ': ' || coalesce(s.%1$s::text, 'NULL') || ' became '
                || coalesce(t.%1$s::text, 'NULL')
              FROM matrix.source s LEFT JOIN matrix.%2$s t USING (id)
              WHERE t.id IS NULL OR s.%1$s::%3$s IS DISTINCT FROM t.%1$s::%3$s
              """
                  .formatted(column, table, as));
      different.addAll(found);
    }
    assertThat(different).isEmpty();
  }

  @Test
  void everyTypeGoesFromTableToTable() throws Exception {
    transfer("jdbc:matrix.source", "jdbc:matrix.straight", "--key=id");
    assertEqual("straight");
    transfer("jdbc:matrix.source", "jdbc:matrix.staged", "--key=id", "--transaction=all");
    assertEqual("staged");
  }

  @Test
  void everyTypeGoesThroughFiles() throws Exception {
    Path mapping = Files.writeString(directory.resolve("all.yaml"), textMapping());
    Path csv = directory.resolve("all.csv");
    transfer("jdbc:matrix.source", "csv:" + csv);
    transfer("csv:" + csv, "jdbc:matrix.csv", "--key=id", "--mapping=" + mapping);
    assertEqual("csv");
    Path json = directory.resolve("all.jsonl");
    transfer("jdbc:matrix.source", "jsonl:" + json);
    Files.writeString(mapping, jsonMapping());
    transfer("jsonl:" + json, "jdbc:matrix.jsonl", "--key=id", "--mapping=" + mapping);
    assertEqual("jsonl");
  }

  @Test
  void everyTypeGoesThroughParquetOrIsRefused() throws Exception {
    Path bad = directory.resolve("bad.jsonl");
    Path parquet = directory.resolve("all.parquet");
    Set<String> refused = new TreeSet<>();
    int rows = Integer.parseInt(database.query("SELECT count(*) FROM matrix.source").get(0));
    // A row has one bad record at a time: the value is taken out, and the row tried again.
    for (List<String> letters = List.of(""); !letters.isEmpty(); ) {
      transfer("jdbc:matrix.source", "parquet:" + parquet, "--badRecords=" + bad);
      letters = Files.readAllLines(bad);
      for (String letter : letters) {
        Matcher found = REFUSED.matcher(letter);
        assertThat(found.find()).as(letter).isTrue();
        String column = found.group(1);
        long id =
            Long.parseLong(
                new ObjectMapper()
                    .readTree(letter)
                    .path("record")
                    .asText()
                    .replaceFirst("(?s),.*", ""));
        refused.add(
            database
                .query(
                    "SELECT pg_typeof(%1$s) || ' ' || %1$s FROM matrix.source WHERE id = %2$d"
                        .formatted(column, id))
                .get(0));
        database.execute("UPDATE matrix.source SET %s = NULL WHERE id = %d".formatted(column, id));
      }
      assertThat(refused).hasSizeLessThan(rows * columns.size());
    }
    assertThat(refused)
        .containsExactly(
            "date -infinity",
            "date infinity",
            "numeric -Infinity",
            "numeric 0.00000000000000000001",
            "numeric 1" + "0".repeat(300),
            "numeric Infinity",
            "numeric NaN",
            "time without time zone 24:00:00",
            "timestamp with time zone -infinity",
            "timestamp with time zone infinity",
            "timestamp without time zone -infinity",
            "timestamp without time zone infinity");
    transfer("parquet:" + parquet, "jdbc:matrix.parquet", "--key=id");
    assertEqual("parquet");
  }

  private boolean isNumeric(String column) throws Exception {
    return database
        .query("SELECT DISTINCT pg_typeof(%s)::text FROM matrix.source".formatted(column))
        .equals(List.of("numeric"));
  }

  /** One value per document, so that each is refused by itself. */
  @Test
  void everyTypeIsIndexedOrRefused(LocalElasticsearch elasticsearch) throws Exception {
    database.execute("CREATE TABLE matrix.single (LIKE matrix.source INCLUDING ALL)");
    Map<String, String> values = new TreeMap<>();
    for (Map.Entry<String, List<String>> column : columns.entrySet()) {
      for (String value : column.getValue()) {
        String insert =
            "INSERT INTO matrix.single (id, %1$s) VALUES (%2$d, %3$s)"
                + " RETURNING pg_typeof(%1$s) || ' ' || left(%1$s::text, 40)";
        int id = values.size();
        values.put("" + id, database.query(insert.formatted(column.getKey(), id, value)).get(0));
      }
    }
    Path json = directory.resolve("single.jsonl");
    Path bad = directory.resolve("bad.jsonl");
    transfer("jdbc:matrix.single", "jsonl:" + json);
    transfer(
        "jdbc:",
        "elasticsearch:type-matrix",
        "--query=SELECT * FROM matrix.single ORDER BY id",
        "--key=id",
        "--elasticsearchUrl=" + elasticsearch.url(),
        "--badRecords=" + bad);
    JsonNode hits = JSON.readTree(Http.get(elasticsearch.url() + "/type-matrix/_search?size=1000"));
    Map<String, JsonNode> documents = new TreeMap<>();
    hits.at("/hits/hits")
        .forEach(hit -> documents.put(hit.path("_id").asText(), values(hit.path("_source"))));
    List<String> refused = new ArrayList<>();
    for (String line : Files.readAllLines(json)) {
      JsonNode row = JSON.readTree(line);
      JsonNode document = documents.get(row.path("id").asText());
      if (document == null) {
        refused.add(values.get(row.path("id").asText()));
      } else {
        assertThat(document).as("%s", values).isEqualTo(values(row));
      }
    }
    assertThat(refused).containsExactlyInAnyOrderElementsOf(NOT_INDEXED);
    assertThat(Files.readAllLines(bad)).hasSameSizeAs(NOT_INDEXED);
  }

  /** Returns an object without the fields that are null. */
  private static JsonNode values(JsonNode object) {
    ObjectNode values = object.deepCopy();
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (object.get(name).isNull()) {
                values.remove(name);
              }
            });
    return values;
  }

  /** A mapping that reads all columns as text, which the table's types then read. */
  private String textMapping() {
    return mapping(Set.of());
  }

  /** The same for JSON lines, where JSON need not be a text. */
  private String jsonMapping() {
    return mapping(jsonColumns);
  }

  private String mapping(Set<String> json) {
    return "columns:\n  - {name: id, type: bigint}\n"
        + columns.keySet().stream()
            .map(
                name ->
                    "  - {name: %s, type: %s}\n"
                        .formatted(name, json.contains(name) ? "json" : "text"))
            .collect(Collectors.joining());
  }
}

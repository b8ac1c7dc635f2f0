package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.elasticsearch.FaultyProxy;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Http;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --dryRun}: it finds what the run would fail with, and changes nothing. */
@ExtendWith({PostgresExtension.class, ElasticsearchExtension.class})
final class DryRunIT {

  private final Path directory;
  private final LocalPostgres postgres;
  private final LocalElasticsearch elasticsearch;
  private final Sql sql;

  DryRunIT(@TempDir Path directory, LocalPostgres postgres, LocalElasticsearch elasticsearch) {
    this.directory = directory;
    this.postgres = postgres;
    this.elasticsearch = elasticsearch;
    this.sql = new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()));
  }

  @BeforeEach
  void createSchemaAndFiles() throws Exception {
    sql.execute(
        """
        DROP SCHEMA IF EXISTS dry, dry_jobs CASCADE;
        CREATE SCHEMA dry;
        DROP ROLE IF EXISTS dry_role;
        CREATE ROLE dry_role LOGIN PASSWORD 'dry';
        GRANT USAGE ON SCHEMA dry TO dry_role;
        CREATE TABLE dry.people (id bigint PRIMARY KEY, name text, born date);
        INSERT INTO dry.people VALUES (1, 'Ann', '1990-01-01');
        CREATE TABLE dry.ratings (id bigint PRIMARY KEY, user_id bigint NOT NULL,
          movie_id bigint NOT NULL, rating numeric(10,3) NOT NULL);
        INSERT INTO dry.ratings VALUES (1, 1, 7, 3.5);
        """);
    file("people.csv", "id,name,born\n1,Ann,1990-01-01\n2,,2001-12-31\n");
    file("edges.csv", "source,target,weight\n1,2,5\n2,3,7\n");
    file("ratings.csv", "userId,movieId,rating,timestamp\n1,7,3.5,1\n2,7,4.0,2\n1,9,1,3\n");
    file("trips.csv", "PULocationID,DOLocationID,total_amount\n1,2,12.5\n");
    file("people.sql", "INSERT INTO dry.people (id) SELECT s FROM unnest(:source) AS s\n");
    file("password", "dry\n");
    file("plan.yaml", plan());
    assertThat(
            launch("donors-choose --generate=%s/donors --generateDonations=50".formatted(directory))
                .exitCode())
        .isEqualTo(ExitCode.DONE);
  }

  /** The second task reads what the first one would create. */
  private String plan() {
    return """
    connections: {w: {jdbcUrl: "%s", user: %s}}
    tasks:
      - transfer: {from: {csv: people.csv}, to: {jdbc: w, table: dry.copied, key: id}}
      - transfer: {from: {jdbc: w, table: dry.copied}, to: {csv: copied.csv}}
      - sql: {to: w, statement: "DROP TABLE dry.people"}
    """
        .formatted(postgres.jdbcUrl(), postgres.user());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.new,csv:DIR/o.csv --key=id PG | dry.new would be created: id bigint (key), name text, born date; 2   NULL  2001-12-31
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.people --key=id PG | dry.people exists and fits; PostgreSQL 1
          transfer --from=csv:DIR/people.csv --to=elasticsearch:dry-people --key=id ES | dry-people would be created: born date; Elasticsearch 8
          transfer --from=jdbc:dry.people --to=jsonl:DIR/o.jsonl PG | types:   id bigint, name text, born date; 1   Ann   1990-01-01
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.people --key=id --mode=replace --transaction=all PG | dry.people exists and fits; it changes at the end; can be created in schema diagonal
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.new --transaction=all PG | dry.new would be created: id bigint, name text, born date; it changes at the end
          movie-ratings --input=DIR/ratings.csv --jdbcTable=dry.totals --elasticsearchIndex=dry-totals PG ES | dry.totals would be created; dry-totals would be created; 7         2             7.500       3.750000
          load-edges --input=DIR/edges.csv --edgeColumns=weight:bigint --edgesTable=dry.edges --nodesTable=dry.nodes PG | dry.edges would be created: edge_id uuid (key); source  target  weight; none was loaded
          load-edges --inputQuery=TABLE --sourceColumn=user_id --targetColumn=movie_id --idColumn=id --edgesTable=dry.edges --nodesTable=dry.nodes PG | dry.nodes would be created; 1        1       7
          load-edges --input=DIR/edges.csv --statement=DIR/people.sql PG | accepts --statement; rows:    the first 2 of the edges; 2       3       7
          load-edges --input=DIR/edges.csv --statement=DIR/people.sql --jdbcUrl=jdbc:sqlite:DIR/none.db | no file yet at
          taxi-trips --input=DIR/trips.csv --tripsTable=dry.trips --zonesTable=dry.zones PG | dry.trips would be created; dry.zones would be created; pickup_zone
          rating-batches --input=DIR/ratings.csv --ratingsTable=dry_jobs.ratings --batchesTable=dry_jobs.batches --stagingTable=dry_jobs.staging --jdbcTable=dry_jobs.totals PG | would be created: dry_jobs.ratings, dry_jobs.batches; none was loaded into table dry_jobs.ratings; 1        7         3.500
          rating-batches --steps=status --ratingsTable=dry.ratings PG | PostgreSQL 1
          donors-choose --projects=DIR/donors/projects* --donations=DIR/donors/donations* --resources=DIR/donors/resources* --elasticsearchIndex=dry-donors ES | dry-donors would be created; rows:    the first 5 of the donations
          transfer --plan=DIR/plan.yaml | transfer-1; dry.copied would be created; a task before this one may create it; the statements are not run
          """)
  void showsPlannedActionsAndChangesNothing(String command, String expected) throws Exception {
    List<String> before = state();
    Launched launched = launch(command + " --dryRun");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(launched.out()).last().asString().contains("nothing was written");
    for (String each : expected.split("; ")) {
      assertThat(launched.out()).as("%s", launched).anyMatch(line -> line.contains(each));
    }
    assertThat(state()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          transfer --from=csv:DIR/edges.csv --to=jdbc:dry.people --key=source PG | 1 | column 'weight': it has none
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.people --key=name PG | 1 | no primary key or unique index on (name)
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.people --key=id --jdbcUser=dry_role --jdbcPasswordFile=DIR/password PG | 1 | GRANT SELECT, INSERT, UPDATE ON
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.new --jdbcUser=dry_role --jdbcPasswordFile=DIR/password PG | 1 | GRANT CREATE ON SCHEMA dry TO dry_role
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.new --transaction=all --jdbcUser=dry_role --jdbcPasswordFile=DIR/password PG | 1 | GRANT CREATE ON SCHEMA dry TO dry_role
          transfer --from=csv:DIR/people.csv --to=jdbc:nowhere.new --transaction=all PG | 1 | schema "nowhere" does not exist
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.people --resume PG | 2 | table dry.people has rows, and no transfer from
          transfer --from=csv:DIR/people.csv --to=jdbc:nowhere.new PG | 1 | schema "nowhere" does not exist
          transfer --from=csv:DIR/people.csv --to=jdbc:dry.new --key=nome PG | 2 | did you mean 'name'
          movie-ratings --input=DIR/ratings.csv --jdbcTable=dry.people PG | 1 | column movie_id: expected bigint, found none
          movie-ratings --input=DIR/ratings.csv --jdbcTable=dry.totals --jdbcUser=dry_role --jdbcPasswordFile=DIR/password PG | 1 | GRANT CREATE ON SCHEMA dry
          load-edges --input=DIR/edges.csv --edgesTable=dry.people --nodesTable=dry.ratings PG | 1 | column source: expected bigint; column out_degree: expected bigint
          load-edges --input=DIR/edges.csv --edgesTable=dry.e --nodesTable=dry.n --jdbcUser=dry_role --jdbcPasswordFile=DIR/password PG | 1 | table dry.e is missing; table dry.n is missing
          taxi-trips --input=DIR/trips.csv --tripsTable=dry.people --zonesTable=dry.z PG | 1 | column trip_id: expected uuid
          rating-batches --ratingsTable=dry.people --batchesTable=dry.b --stagingTable=dry.s --jdbcTable=dry.t PG | 1 | dry.people
          transfer --from=jdbc:dry.nothing --to=csv:DIR/o.csv PG | 1 | dry.nothing
          """)
  void reportsWhatTheRunWouldFailWith(String command, int status, String expected)
      throws Exception {
    List<String> before = state();
    Launched launched = launch(command + " --dryRun");
    assertThat(launched.exitCode().status()).as("%s", launched).isEqualTo(status);
    for (String each : expected.split("; ")) {
      assertThat(launched.err()).as("%s", launched).anyMatch(line -> line.contains(each));
    }
    assertThat(launched.err()).as("%s", launched).noneMatch(line -> line.startsWith("\tat "));
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void reportsFilesThatHaveChangedSinceTheirLoad() throws Exception {
    String load =
        "load-edges --input=DIR/edges.csv --edgesTable=dry.edges --nodesTable=dry.nodes PG";
    assertThat(launch(load).exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(launch(load + " --dryRun").out())
        .anyMatch(line -> line.contains("none has changed since it was loaded"));

    file("edges.csv", "source,target,weight\n1,2,5\n9,9,9\n");
    List<String> before = state();
    Launched changed = launch(load + " --dryRun");
    assertThat(changed.exitCode()).as("%s", changed).isEqualTo(ExitCode.FAILED);
    assertThat(changed.err()).anyMatch(line -> line.contains("has changed since its rows were"));
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void reportsRatingsThatHaveChangedOrAnotherKey() throws Exception {
    String load =
        "rating-batches --steps=load --input=DIR/ratings.csv --ratingsTable=dry_jobs.ratings"
            + " --batchesTable=dry_jobs.batches --stagingTable=dry_jobs.staging"
            + " --jdbcTable=dry_jobs.totals PG";
    assertThat(launch(load).exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(launch(load + " --dryRun").out())
        .anyMatch(line -> line.contains("none has changed since it was loaded"));
    assertFindsAndChangesNothing(load + " --onePerUserAndMovie", "(user_id, movie_id)");
    file("ratings.csv", "userId,movieId,rating,timestamp\n9,9,3.5,1\n");
    assertFindsAndChangesNothing(load, "has changed since its rows were");
    sql.execute("DROP SCHEMA dry_jobs CASCADE");
    assertThat(launch(load + " --onePerUserAndMovie").exitCode()).isEqualTo(ExitCode.DONE);
    assertFindsAndChangesNothing(load, "give --onePerUserAndMovie");
  }

  private void assertFindsAndChangesNothing(String command, String fault) throws Exception {
    List<String> before = state();
    Launched launched = launch(command + " --dryRun");
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err()).as("%s", launched).anyMatch(line -> line.contains(fault));
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void showsWhatIsResumed() throws Exception {
    String transfer =
        "transfer --from=csv:DIR/numbers.csv --to=jdbc:dry.numbers --types=n:bigint,m:bigint"
            + " --commitRows=2 --targetParallelism=1 PG";
    sql.execute("CREATE TABLE dry.numbers (n bigint, m bigint)");
    file("numbers.csv", "n,m\n" + "1,2\n".repeat(5_000) + "x,2\n");
    assertThat(launch(transfer).exitCode()).isEqualTo(ExitCode.FAILED);
    List<String> before = state();
    assertThat(launch(transfer + " --dryRun").out())
        .anyMatch(line -> line.contains("this one writes all rows again"));
    Launched resumed = launch(transfer + " --resume --dryRun");
    assertThat(resumed.exitCode()).as("%s", resumed).isEqualTo(ExitCode.DONE);
    assertThat(resumed.out())
        .as("%s", resumed)
        .anyMatch(
            line -> line.matches("resume: {2}goes on with the transfer .* has committed [1-9].*"));
    assertThat(launch(transfer.replace("=2 ", "=3 ") + " --resume --dryRun").err())
        .anyMatch(line -> line.contains("resume it with --commitRows=2"));
    assertThat(state()).isEqualTo(before);
  }

  /** The server of the tests has no security, so a proxy answers as one that has. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          transfer --from=csv:DIR/people.csv --to=elasticsearch:dry-people --key=id | dry-people | create_index, create_doc
          movie-ratings --input=DIR/ratings.csv --elasticsearchIndex=dry-totals | dry-totals | create_index, create_doc
          """)
  void reportsPrivilegesThatElasticsearchWithholds(String command, String index, String missing)
      throws Exception {
    String answer =
        """
        {"username": "loader", "has_all_requested": %1$s, "cluster": {}, "application": {},
         "index": {"%2$s": {"create_index": %1$s, "create_doc": %1$s}}}
        """;
    try (FaultyProxy proxy = FaultyProxy.before(elasticsearch.url(), FaultyProxy::forward)) {
      String dryRun = command + " --dryRun --elasticsearchUrl=" + proxy.url();
      assertThat(launch(dryRun).exitCode()).isEqualTo(ExitCode.DONE);
      FaultyProxy unused = proxy.granting(answer.formatted("true", index));
      Launched allowed = launch(dryRun);
      assertThat(allowed.exitCode()).as("%s", allowed).isEqualTo(ExitCode.DONE);
      FaultyProxy unusedToo = proxy.granting(answer.formatted("false", index));
      Launched refused = launch(dryRun);
      assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.FAILED);
      assertThat(refused.err())
          .as("%s", refused)
          .anyMatch(line -> line.contains("the user lacks the privileges " + missing))
          .anyMatch(line -> line.contains("PUT /_security/role/diagonal"));
    }
  }

  /** Everything that a run could change: tables with their rows, schemas, indexes and files. */
  private List<String> state() throws Exception {
    List<String> state =
        new ArrayList<>(
            sql.query(
                """
                SELECT c.oid::regclass::text || ' ' || c.relkind::text || ' ' || (xpath('/row/n/text()',
                  query_to_xml(format('SELECT count(*) || coalesce(md5(string_agg(t::text, '','' ORDER BY t::text)), '''') AS n FROM %s AS t', c.oid::regclass),
                    false, true, '')))[1]::text
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_|information_schema'
                ORDER BY 1
                """));
    state.addAll(sql.query("SELECT nspname FROM pg_namespace ORDER BY 1"));
    state.addAll(sql.query("SELECT relname FROM pg_class WHERE relkind <> 't' ORDER BY oid"));
    state.add(Http.get(elasticsearch.url() + "/_cat/indices/dry-*?h=index,docs.count"));
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        state.add(file + " " + Files.getLastModifiedTime(file) + " " + Files.size(file));
      }
    }
    return state;
  }

  private Launched launch(String command) throws SQLException {
    String user = command.contains("--jdbcUser=") ? "" : " --jdbcUser=" + postgres.user();
    List<String> args = new ArrayList<>();
    for (String arg :
        command
            .replace("DIR", directory.toString())
            .replace(" PG", " --jdbcUrl=" + postgres.jdbcUrl() + user)
            .replace(" ES", " --elasticsearchUrl=" + elasticsearch.url())
            .split(" ")) {
      args.add(arg.replace("--inputQuery=TABLE", "--inputQuery=SELECT * FROM dry.ratings"));
    }
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private void file(String name, String text) throws IOException {
    Files.writeString(directory.resolve(name), text);
  }
}

package dev.diagonal.pipelines;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Databases as their owners make them, loaded by every command but {@code transfer}, which {@link
 * dev.diagonal.pipelines.transfer.StrangersTablesIT} covers.
 */
@ExtendWith(PostgresExtension.class)
final class StrangersDatabasesIT {

  private static final String ROLE = "strange loader";

  /** What a command loads, and the tables that it writes to. */
  enum Loading {
    EDGES(
        "load-edges --edgesTable=Own.edges --nodesTable=Own.nodes",
        "source,target\n1,2\n1,3\n",
        "source,target\n9,1\n",
        "SELECT concat(id, ':', out_degree, '/', in_degree) FROM \"Own\".nodes ORDER BY id",
        List.of("1:2/0", "2:0/1", "3:0/1")),
    MOVIES(
        "movie-ratings --jdbcTable=Own.movies",
        "userId,movieId,rating,timestamp\n1,1,3.5,1\n2,1,4.5,2\n1,2,1,3\n",
        "userId,movieId,rating,timestamp\n1,9,1,1\n",
        "SELECT concat(movie_id, ':', rating_count, '/', rating_sum) FROM \"Own\".movies ORDER BY 1",
        List.of("1:2/8.000", "2:1/1.000")),
    RATINGS(
        "rating-batches --ratingsTable=Own.ratings --batchesTable=Own.batches"
            + " --stagingTable=Own.staging --jdbcTable=Own.totals",
        "userId,movieId,rating,timestamp\n1,1,3.5,1\n2,1,4.5,2\n1,2,1,3\n",
        "userId,movieId,rating,timestamp\n1,9,1,1\n",
        "SELECT concat(movie_id, ':', rating_count, '/', rating_sum) FROM \"Own\".totals ORDER BY 1",
        List.of("1:2/8.000", "2:1/1.000")),
    TRIPS(
        "taxi-trips --tripsTable=Own.trips --zonesTable=Own.zones",
        "PULocationID,DOLocationID,total_amount\n1,2,5.5\n1,3,2\n",
        "PULocationID,DOLocationID,total_amount\n9,1,1\n",
        "SELECT concat(id, ':', pickups, '/', dropoffs, '/', revenue) FROM \"Own\".zones ORDER BY id",
        List.of("1:2/0/7.5", "2:0/1/0", "3:0/1/0"));

    private final String command;
    private final String text;
    private final String more;
    private final String query;
    private final List<String> expected;

    Loading(String command, String text, String more, String query, List<String> expected) {
      this.command = command;
      this.text = text;
      this.more = more;
      this.query = query;
      this.expected = expected;
    }

    /** Returns the tables whose rows are identified by a column of their own, and that column. */
    List<String[]> keyed() {
      return switch (this) {
        case EDGES -> List.of(new String[] {"edges", "edge_id"}, new String[] {"nodes", "id"});
        case MOVIES -> List.<String[]>of(new String[] {"movies", "movie_id"});
        case RATINGS -> List.<String[]>of(new String[] {"totals", "movie_id"});
        case TRIPS -> List.of(new String[] {"trips", "trip_id"}, new String[] {"zones", "id"});
      };
    }
  }

  private final Path directory;
  private final EdgeDatabase database;

  StrangersDatabasesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTables() throws Exception {
    database.execute("DROP SCHEMA IF EXISTS \"Own\" CASCADE; CREATE SCHEMA \"Own\"");
  }

  private Launched load(Loading loading, String user, String text, String... more)
      throws IOException {
    // Another name per text: rows are known by the name of their file.
    String name = "%s-%s.csv".formatted(loading, Integer.toHexString(text.hashCode()));
    Path file = Files.writeString(directory.resolve(name), text);
    List<String> args = new ArrayList<>(Arrays.asList(loading.command.split(" ")));
    args.add("--input=" + file);
    args.add("--runner=DirectRunner");
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + user);
    args.addAll(List.of(more));
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  /** Has the command create its tables, empty, for the owner to change them. */
  private void createTables(Loading loading) throws Exception {
    String header = loading.text.lines().findFirst().orElseThrow() + "\n";
    assertDone(load(loading, database.postgres().user(), header));
  }

  private void assertLoaded(Loading loading) throws SQLException {
    assertThat(database.query(loading.query)).containsExactlyElementsOf(loading.expected);
  }

  @ParameterizedTest
  @EnumSource
  void aRoleNeedsTheRightsToRowsAlone(Loading loading) throws Exception {
    createTables(loading);
    String role = "\"" + ROLE + "\"";
    database.execute(
        """
        DO $$ BEGIN CREATE ROLE %1$s LOGIN PASSWORD '%2$s';
        EXCEPTION WHEN duplicate_object THEN END $$;
        GRANT USAGE ON SCHEMA "Own" TO %1$s;
        GRANT SELECT ON ALL TABLES IN SCHEMA "Own" TO %1$s
        """
            .formatted(role, LocalPostgres.passwordOfThisProcess()));
    Launched refused = load(loading, ROLE, loading.text);
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", refused.err())).contains("GRANT").doesNotContain("\tat ");
    database.execute("GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"Own\" TO " + role);
    assertDone(load(loading, ROLE, loading.text));
    assertLoaded(loading);
  }

  @ParameterizedTest
  @EnumSource
  void loadsPartitionedTablesWithExtraColumns(Loading loading) throws Exception {
    createTables(loading);
    for (String[] each : loading.keyed()) {
      database.execute(
          """
          ALTER TABLE "Own".%1$s RENAME TO template;
          CREATE TABLE "Own".%1$s (LIKE "Own".template INCLUDING DEFAULTS,
            "Own Id" bigint GENERATED ALWAYS AS IDENTITY, seen timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (%2$s)) PARTITION BY HASH (%2$s);
          CREATE TABLE "Own".%1$s_0 PARTITION OF "Own".%1$s FOR VALUES WITH (MODULUS 2, REMAINDER 0);
          CREATE TABLE "Own".%1$s_1 PARTITION OF "Own".%1$s FOR VALUES WITH (MODULUS 2, REMAINDER 1);
          DROP TABLE "Own".template
          """
              .formatted(each[0], each[1]));
    }
    assertDone(load(loading, database.postgres().user(), loading.text));
    assertLoaded(loading);
    for (String[] each : loading.keyed()) {
      assertThat(
              database.query(
                  "SELECT count(*) = count(DISTINCT \"Own Id\") FROM \"Own\"." + each[0]))
          .containsExactly("t");
    }
  }

  @ParameterizedTest
  @EnumSource
  void foreignKeysAndTriggersAreObeyed(Loading loading) throws Exception {
    createTables(loading);
    String[] ends = loading.keyed().get(loading.keyed().size() - 1);
    database.execute(
        """
        CREATE TABLE "Own".known (id bigint PRIMARY KEY);
        INSERT INTO "Own".known VALUES (1), (2), (3);
        ALTER TABLE "Own".%1$s ADD FOREIGN KEY (%2$s) REFERENCES "Own".known (id);
        CREATE TABLE "Own".audit (table_name text, id bigint);
        CREATE FUNCTION "Own".note() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN INSERT INTO "Own".audit VALUES (tg_table_name, NEW.%2$s); RETURN NEW; END $$;
        CREATE TRIGGER note BEFORE INSERT ON "Own".%1$s
          FOR EACH ROW EXECUTE FUNCTION "Own".note()
        """
            .formatted(ends[0], ends[1]));
    assertDone(load(loading, database.postgres().user(), loading.text));
    assertLoaded(loading);
    assertThat(database.query("SELECT DISTINCT id FROM \"Own\".audit ORDER BY 1"))
        .hasSameSizeAs(loading.expected);
    Launched refused = load(loading, database.postgres().user(), loading.more);
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", refused.err()))
        .contains("foreign key constraint")
        .doesNotContain("\tat ");
    assertThat(
            database.number(
                "SELECT count(*) FROM \"Own\".%s WHERE %s = 9".formatted((Object[]) ends)))
        .isZero();
  }

  @ParameterizedTest
  @EnumSource
  void viewsInPlaceOfTablesAreRefused(Loading loading) throws Exception {
    createTables(loading);
    String[] first = loading.keyed().get(0);
    database.execute(
        """
        ALTER TABLE "Own".%1$s RENAME TO base;
        CREATE VIEW "Own".%1$s AS SELECT * FROM "Own".base
        """
            .formatted(first[0]));
    Launched refused = load(loading, database.postgres().user(), loading.text);
    assertThat(refused.exitCode()).as("%s", refused).isEqualTo(ExitCode.FAILED);
    assertThat(String.join("\n", refused.err()))
        .contains("table Own." + first[0], "it is not a table")
        .doesNotContain("\tat ");
  }
}

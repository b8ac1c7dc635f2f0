package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transfers between tables of PostgreSQL: tuples pass undecoded where the types are the same. */
@ExtendWith(PostgresExtension.class)
final class TransferTuplesIT {

  private final EdgeDatabase database;

  TransferTuplesIT(LocalPostgres postgres) {
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createSource() throws Exception {
    database.execute(
        """
        DROP TABLE IF EXISTS tuples, passed CASCADE;
        CREATE TABLE tuples (
          gone int, truth boolean, small smallint, number integer, id bigint, single real,
          floating double precision, exact numeric(12,3), free numeric, words text,
          short varchar(9), padded char(5), raw bytea, day date, hour time, local timestamp(3),
          point timestamptz, mark uuid, plain json, tree jsonb);
        ALTER TABLE tuples DROP COLUMN gone;
        INSERT INTO tuples
        SELECT i % 2 = 0, i % 30000, i, i * 1e10, i / 3.0, i / 7.0, i / 8.0, 10 ^ (i % 60), 'žluť ' || i,
               'v' || i % 99, 'p' || i % 9, decode(md5(i::text), 'hex'), '2000-01-01'::date + i % 999,
               '00:00'::time + i * '1 second'::interval, '1970-01-01'::timestamp + i * '1 hour'::interval,
               '1970-01-01Z'::timestamptz + i * '1 day'::interval, md5(i::text)::uuid,
               ('{"a":  ' || i || '}')::json, jsonb_build_object('a', i)
        FROM generate_series(1, 20000) AS i;
        INSERT INTO tuples (id) VALUES (-1);
        INSERT INTO tuples (id, floating, free, words, day, local, point, hour) VALUES
          (-2, 'NaN', 'NaN', '', 'infinity', '-infinity', 'infinity', '24:00'),
          (-3, '-0', 'Infinity', E'\\t\\n\\\\', '-infinity', '294276-01-01', '4713-01-01 BC', '00:00');
        """);
  }

  private Launched transfer(String... options) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "transfer",
                "--from=jdbc:tuples",
                "--to=jdbc:passed",
                "--jdbcUrl=" + database.postgres().jdbcUrl(),
                "--jdbcUser=" + database.postgres().user()));
    Stream.of(options).flatMap(each -> Stream.of(each.split(" "))).forEach(args::add);
    return Launched.with(Main.COMMANDS, args.toArray(String[]::new));
  }

  private static boolean wasPassed(Launched launched) {
    return launched.out().stream()
        .anyMatch(line -> line.contains("rows were copied in COPY's binary format"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--runner=DirectRunner --commitRows=3000",
        "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2"
      })
  void tuplesOfTheSameTypesArePassedOn(String runner) throws Exception {
    database.execute(
        "CREATE TABLE passed (tree jsonb, mark uuid, extra int DEFAULT 7);"
            + " DO $$ DECLARE c record; BEGIN FOR c IN SELECT attname, format_type(atttypid, atttypmod) AS t"
            + " FROM pg_attribute WHERE attrelid = 'tuples'::regclass AND attnum > 0 AND NOT attisdropped"
            + " AND attname NOT IN ('tree', 'mark') ORDER BY attnum DESC LOOP"
            + " EXECUTE format('ALTER TABLE passed ADD %I %s', c.attname, c.t); END LOOP; END $$");

    Launched launched = transfer(runner);

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(wasPassed(launched)).as("%s", launched).isTrue();
    assertThat(differing()).isEmpty();
    assertThat(database.number("SELECT count(*) FROM passed WHERE extra = 7")).isEqualTo(20_003);
  }

  private List<String> differing() throws Exception {
    String columns =
        database
            .query(
                "SELECT string_agg(quote_ident(attname) || '::text', ', ') FROM pg_attribute"
                    + " WHERE attrelid = 'tuples'::regclass AND attnum > 0 AND NOT attisdropped")
            .get(0);
    return database.query(
        "(SELECT %1$s FROM tuples EXCEPT ALL SELECT %1$s FROM passed) UNION ALL (SELECT %1$s FROM passed EXCEPT ALL SELECT %1$s FROM tuples)"
            .formatted(columns));
  }

  @ParameterizedTest
  @CsvSource({
    "exact, 'numeric(12,4)'",
    "number, bigint",
    "words, varchar(100)",
    "plain, jsonb",
    "padded, text"
  })
  void otherTypesAreDecoded(String column, String type) throws Exception {
    database.execute(
        "DELETE FROM tuples WHERE id < 0; CREATE TABLE passed (%s %s)".formatted(column, type));
    database.execute(
        "ALTER TABLE tuples RENAME TO tuples_all; CREATE TABLE tuples AS SELECT %s FROM tuples_all; DROP TABLE tuples_all"
            .formatted(column));

    Launched launched = transfer();

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(wasPassed(launched)).as("%s", launched).isFalse();
    assertThat(database.number("SELECT count(*) FROM passed")).isEqualTo(20_000);
  }

  @Test
  void aNumberThatWouldBeRoundedIsRefused() throws Exception {
    database.execute(
        "DROP TABLE tuples; CREATE TABLE tuples (n numeric(10,2)); INSERT INTO tuples VALUES (1.25);"
            + " CREATE TABLE passed (n numeric(10,1))");

    Launched launched = transfer();

    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(database.number("SELECT count(*) FROM passed")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--badRecords=", "--key=id", "--transaction=all", "--snapshot=each"})
  void rowsThatDiagonalMustKnowAreDecoded(String option, @TempDir Path directory) throws Exception {
    database.execute("DELETE FROM tuples WHERE id < 0; CREATE TABLE passed (LIKE tuples)");
    database.execute("ALTER TABLE passed ADD PRIMARY KEY (id)");
    String given = option.endsWith("=") ? option + directory.resolve("bad.jsonl") : option;

    Launched launched = transfer(given);

    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(wasPassed(launched)).as("%s", launched).isFalse();
    assertThat(differing()).isEmpty();
  }

  @Test
  void tupleRefusedByTargetFailsTransfer() throws Exception {
    database.execute("CREATE TABLE passed (LIKE tuples, CHECK (number <> 15000))");

    Launched launched = transfer();

    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(launched.err()).anyMatch(line -> line.contains("passed_number_check"));
    assertThat(database.number("SELECT count(*) FROM passed WHERE number = 15000")).isZero();
  }
}

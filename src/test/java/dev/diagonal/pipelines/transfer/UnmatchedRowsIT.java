package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.pipelines.Main;
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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transfer reports of updates and deletes whose keys PostgreSQL does not have. */
@ExtendWith(PostgresExtension.class)
final class UnmatchedRowsIT {

  private static final String DIRECT = "--runner=DirectRunner";
  private static final String FLINK = "--runner=FlinkRunner --flinkMaster=[local] --parallelism=2";
  private static final int ROWS = 20_000;

  private final Path directory;
  private final EdgeDatabase database;

  UnmatchedRowsIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void createSchema() throws Exception {
    database.execute(
        "DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA app;"
            + " CREATE TABLE app.t (id bigint PRIMARY KEY, v bigint)");
  }

  /** Of 20,000 rows, two thirds have a key of the table, whatever decides which keys are equal. */
  @ParameterizedTest
  @CsvSource({
    "update,bigint," + DIRECT,
    "update,numeric," + DIRECT,
    "update,text," + DIRECT,
    "update,bigint," + FLINK,
    "delete,bigint," + DIRECT,
    "delete,numeric," + DIRECT,
    "delete,text," + DIRECT,
    "delete,bigint," + FLINK,
  })
  void onlyRowsOfExistingKeysAreWritten(String mode, String type, String runner) throws Exception {
    createEveryRowButThird(type);
    Launched launched = load(rows(), mode, runner, "--commitRows=3000");
    long matched = ROWS - (ROWS + 2) / 3;
    JsonNode output = output();
    assertThat(output.path("rows_written").asLong()).isEqualTo(matched);
    assertThat(output.path("rows_unmatched").asLong()).isEqualTo(ROWS - matched);
    assertThat(output.has("rows_unconfirmed")).isFalse();
    assertThat(launched.out())
        .contains("  table app.t: 6,667 rows matched no row of the table and changed nothing");
    assertThat(changed(mode)).isEqualTo(matched);
  }

  /**
   * Keys 1 and 7 exist: of the 6 rows, those of key 9 match nothing, wherever their transaction
   * ends.
   */
  @ParameterizedTest
  @CsvSource({"update,bigint", "update,numeric", "delete,bigint", "delete,numeric"})
  void rowsOfOneKeyHaveOneResult(String mode, String type) throws Exception {
    database.execute(
        "ALTER TABLE app.t ALTER id TYPE %s; INSERT INTO app.t VALUES (1, -1), (7, -1), (8, -1)"
            .formatted(type));
    load("id,v\n9,1\n1,2\n9,3\n1,4\n7,5\n9,6\n", mode, DIRECT);
    assertThat(output().path("rows_written").asLong()).isEqualTo(3);
    assertThat(output().path("rows_unmatched").asLong()).isEqualTo(3);
    assertThat(database.query("SELECT id || ':' || v FROM app.t ORDER BY id"))
        .containsExactly(
            mode.equals("update") ? new String[] {"1:4", "7:5", "8:-1"} : new String[] {"8:-1"});
  }

  @ParameterizedTest
  @ValueSource(strings = {"update", "delete"})
  void missingTableIsNotCreatedForItsRows(String mode) throws Exception {
    database.execute("DROP TABLE app.t");
    Launched launched = load("id,v\n1,1\n", ExitCode.WRONG_USAGE, mode);
    assertThat(String.join("\n", launched.err())).contains("table app.t does not exist");
    assertThat(database.query("SELECT to_regclass('app.t') IS NULL")).containsExactly("t");
  }

  @ParameterizedTest
  @ValueSource(strings = {"update", "delete"})
  void matchingEveryRowSaysNothing(String mode) throws Exception {
    database.execute("INSERT INTO app.t VALUES (1, -1), (2, -1)");
    Launched launched = load("id,v\n1,1\n2,2\n", mode, DIRECT);
    assertThat(output().path("rows_written").asLong()).isEqualTo(2);
    assertThat(output().has("rows_unmatched")).isFalse();
    assertThat(launched.out()).noneMatch(line -> line.contains("matched"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bigint", "numeric"})
  void refusedRowsAndUnmatchedRowsAreApart(String type) throws Exception {
    createEveryRowButThird(type);
    database.execute("ALTER TABLE app.t ADD CHECK (v NOT BETWEEN 100 AND 102)");
    // 100 and 101 are refused, 102 has no row. The earlier row of key 100 stays in effect.
    Path bad = directory.resolve("bad.jsonl");
    load(
        "id,v\n100,7\n99,8\n" + rows().substring("id,v\n".length()),
        "update",
        "--badRecords=" + bad);
    assertThat(Files.readAllLines(bad)).hasSize(2);
    long unmatched = (ROWS + 2) / 3 + 1;
    assertThat(output().path("rows_unmatched").asLong()).isEqualTo(unmatched);
    assertThat(output().path("rows_written").asLong()).isEqualTo(ROWS + 2 - 2 - unmatched);
    assertThat(database.query("SELECT v FROM app.t WHERE id IN (100, 101) ORDER BY id"))
        .containsExactly("7", "-1");
    assertThat(database.number("SELECT count(*) FROM app.t WHERE v >= 0"))
        .isEqualTo(ROWS + 1 - 2 - (ROWS + 2) / 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"update", "delete"})
  void rowsThatATriggerMayDropAreUnconfirmed(String mode) throws Exception {
    database.execute(
        """
        INSERT INTO app.t VALUES (1, -1), (2, -1), (3, -1);
        CREATE FUNCTION app.keep_odd() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN IF OLD.id %% 2 = 1 THEN RETURN NULL; END IF; RETURN coalesce(NEW, OLD); END $$;
        CREATE TRIGGER k BEFORE %s ON app.t FOR EACH ROW EXECUTE FUNCTION app.keep_odd()
        """
            .formatted(mode));
    Launched launched = load("id,v\n1,1\n2,2\n9,3\n", mode, DIRECT);
    assertThat(output().path("rows_written").asLong()).isEqualTo(1);
    assertThat(output().path("rows_unconfirmed").asLong()).isEqualTo(2);
    assertThat(output().has("rows_unmatched")).isFalse();
    assertThat(launched.out())
        .anyMatch(line -> line.startsWith("  table app.t: 2 rows are not counted as written, "));
    assertThat(database.query("SELECT id FROM app.t WHERE v < 0 ORDER BY id"))
        .containsExactly("1", "3");
  }

  @Test
  void rulesLeaveUpdatesUnconfirmed() throws Exception {
    database.execute(
        "INSERT INTO app.t VALUES (1, -1), (2, -1);"
            + " CREATE RULE r AS ON UPDATE TO app.t WHERE OLD.id = 1 DO INSTEAD NOTHING");
    load("id,v\n1,1\n2,2\n9,3\n", "update", DIRECT);
    assertThat(output().path("rows_written").asLong()).isZero();
    assertThat(output().path("rows_unconfirmed").asLong()).isEqualTo(3);
    assertThat(database.query("SELECT v FROM app.t ORDER BY id")).containsExactly("-1", "2");
  }

  @Test
  void resumedTransactionsAreUnconfirmed() throws Exception {
    createEveryRowButThird("bigint");
    String text = rows();
    load(text.replace("\n19999,", "\n1999x,"), ExitCode.FAILED, "update", "--commitRows=1000");
    long before = changed("update");
    assertThat(before).isPositive();
    load(text, "update", "--commitRows=1000", "--resume");
    JsonNode output = output();
    long written = output.path("rows_written").asLong();
    long unmatched = output.path("rows_unmatched").asLong();
    assertThat(written + before).isEqualTo(changed("update"));
    assertThat(written + unmatched + output.path("rows_unconfirmed").asLong()).isEqualTo(ROWS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"update", "delete"})
  void wholeTransactionsNeedAnotherMode(String mode) throws Exception {
    Launched launched = load("id,v\n1,1\n", ExitCode.WRONG_USAGE, mode, "--transaction=all");
    assertThat(launched.err())
        .anyMatch(
            line -> line.contains("--mode=" + mode + " of table app.t needs --transaction=each"));
  }

  /** Rows 0, 3, 6 and so on are missing. */
  private void createEveryRowButThird(String type) throws SQLException {
    database.execute(
        "ALTER TABLE app.t ALTER id TYPE %s; INSERT INTO app.t SELECT n, -1 FROM generate_series(0, %s) AS n WHERE n %% 3 > 0"
            .formatted(type, ROWS - 1));
  }

  private static String rows() {
    StringBuilder text = new StringBuilder("id,v\n");
    for (int i = 0; i < ROWS; i++) {
      text.append(i).append(',').append(i).append('\n');
    }
    return text.toString();
  }

  /** Returns how many rows of the table were changed or deleted. */
  private long changed(String mode) throws SQLException {
    return mode.equals("update")
        ? database.number("SELECT count(*) FROM app.t WHERE v >= 0")
        : ROWS - (ROWS + 2) / 3 - database.number("SELECT count(*) FROM app.t");
  }

  private JsonNode output() throws IOException {
    return new ObjectMapper()
        .readTree(directory.resolve("summary.json").toFile())
        .path("outputs")
        .get(0);
  }

  private Launched load(String csv, String mode, String... options) throws IOException {
    return load(csv, ExitCode.DONE, mode, options);
  }

  private Launched load(String csv, ExitCode exitCode, String mode, String... options)
      throws IOException {
    Path file = Files.writeString(directory.resolve("rows.csv"), csv);
    List<String> args = new ArrayList<>(List.of("transfer", "--from=csv:" + file));
    args.addAll(List.of("--to=jdbc:app.t", "--key=id", "--mode=" + mode));
    args.add("--summary=" + directory.resolve("summary.json"));
    args.add("--jdbcUrl=" + database.postgres().jdbcUrl());
    args.add("--jdbcUser=" + database.postgres().user());
    for (String option : options) {
      args.addAll(List.of(option.split(" ")));
    }
    Launched launched = Launched.with(Main.COMMANDS, args.toArray(String[]::new));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(exitCode);
    return launched;
  }
}

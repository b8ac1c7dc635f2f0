package dev.diagonal.pipelines.transfer;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tables of as many columns as PostgreSQL allows, and of one more. A stage has three of its own.
 */
@ExtendWith(PostgresExtension.class)
final class WideTablesIT {

  private final Path directory;
  private final EdgeDatabase database;

  WideTablesIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  @BeforeEach
  void dropTable() throws SQLException {
    database.execute("DROP TABLE IF EXISTS wide");
  }

  @ParameterizedTest
  @CsvSource({"each,1600", "all,1597"})
  void theWidestTableIsWritten(String transaction, int columns) throws Exception {
    Launched launched = transfer(transaction, columns);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    assertThat(database.query("SELECT c0 || c%d FROM wide ORDER BY 1".formatted(columns - 1)))
        .containsExactly("ax", "bx");
  }

  @ParameterizedTest
  @CsvSource({"each,1601,1600", "all,1598,1597"})
  void refusesTooWideTableBeforeAnyChange(String transaction, int columns, int most)
      throws Exception {
    Launched launched = transfer(transaction, columns);
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.err().get(0))
        .contains("table wide would have %d columns".formatted(columns), "at most " + most)
        .contains("mapping");
    assertThat(database.query("SELECT to_regclass('wide')")).containsOnlyNulls();
    assertThat(database.query("SELECT relname FROM pg_class WHERE relname ~ '^stage_.*_0$'"))
        .isEmpty();
  }

  private Launched transfer(String transaction, int columns) throws IOException {
    String header = IntStream.range(0, columns).mapToObj(i -> "c" + i).collect(joining(","));
    String values = ",x".repeat(columns - 1);
    Path in =
        Files.writeString(
            directory.resolve("in.csv"), header + "\na" + values + "\nb" + values + "\n");
    return Launched.with(
        Main.COMMANDS,
        "transfer",
        "--from=csv:" + in,
        "--to=jdbc:wide",
        "--transaction=" + transaction,
        "--jdbcUrl=" + database.postgres().jdbcUrl(),
        "--jdbcUser=" + database.postgres().user());
  }
}

package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A JVM whose locale has other digits: ٣ is 3. */
@ExtendWith(PostgresExtension.class)
final class TransferLocaleIT {

  private final Path directory;
  private final EdgeDatabase database;

  TransferLocaleIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
  }

  /**
   * With a stage whose rows are sifted, so that Diagonal's own statements are those of all kinds.
   */
  @Test
  void statementsHaveTheDigitsOfSql() throws Exception {
    database.execute(
        "DROP SCHEMA IF EXISTS diagonal CASCADE; DROP TABLE IF EXISTS arabic;"
            + " CREATE TABLE arabic (id int PRIMARY KEY, n int CHECK (n < 3))");
    Path in = Files.writeString(directory.resolve("in.csv"), "id,n\n1,1\n2,2\n3,3\n");
    Path bad = directory.resolve("bad.jsonl");
    try (CommandJvm jvm =
        CommandJvm.start(
            directory,
            List.of("-Duser.language=ar", "-Duser.country=EG"),
            List.of(
                "transfer",
                "--from=csv:" + in,
                "--to=jdbc:arabic",
                "--key=id",
                "--transaction=all",
                "--badRecords=" + bad,
                "--jdbcUrl=" + database.postgres().jdbcUrl(),
                "--jdbcUser=" + database.postgres().user()))) {
      assertThat(jvm.await()).as(jvm.said()).isEqualTo(ExitCode.DONE.status());
      assertThat(jvm.said()).contains("3 rows read, 1 bad");
    }
    assertThat(database.query("SELECT id || ' ' || n FROM arabic ORDER BY id"))
        .containsExactly("1 1", "2 2");
    assertThat(Files.readAllLines(bad)).hasSize(1);
  }
}

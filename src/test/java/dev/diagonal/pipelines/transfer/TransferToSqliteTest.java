package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.edges.LoadEdgesRun.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.Launched;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transfers to and from a real Sqlite. */
final class TransferToSqliteTest extends StoreCases {

  TransferToSqliteTest(@TempDir Path directory) {
    super(directory);
  }

  @Override
  String url() {
    return "jdbc:sqlite:" + directory.resolve("store.db");
  }

  @Test
  void textsThatWouldBecomeNumbersAreDeadLetters() throws Exception {
    execute("CREATE TABLE typed (a string, b numeric, c real)");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        load(
            "a,b,c\n007,,\nx7,0.5,0.5\n,1234567890.1234567891,\n,,NaN\n",
            "typed",
            "--types=a:text,b:decimal,c:double",
            "--badRecords=" + bad);
    assertDone(launched);
    assertThat(query("SELECT a, b, c FROM typed")).containsExactly("x7|0.5|0.5");
    assertThat(Files.readAllLines(bad)).hasSize(3);
  }

  @Test
  void valuesOfAnotherClassThanTheirColumnAreDeadLetters() throws Exception {
    execute(
        "CREATE TABLE typed (a integer, b text, c blob, d date, e numeric)",
        "INSERT INTO typed VALUES (1, 'x', x'00', '2024-01-01', 1.5), ('one', NULL, NULL, NULL, NULL),"
            + " (1.5, NULL, NULL, NULL, NULL), (NULL, x'41', NULL, NULL, NULL),"
            + " (NULL, NULL, 'text', NULL, NULL), (NULL, NULL, NULL, 20240101, NULL)");
    Path bad = directory.resolve("bad.jsonl");
    Path out = directory.resolve("out.csv");
    assertDone(transfer("jdbc:typed", "csv:" + out, "--badRecords=" + bad));
    assertThat(Files.readAllLines(out)).containsExactly("a,b,c,d,e", "1,x,\\x00,2024-01-01,1.5");
    assertThat(Files.readAllLines(bad)).hasSize(5);
  }

  @Test
  void workersOfAClusterCannotOpenIt() throws Exception {
    assertRefused(
        "is a file of this machine",
        load("id\n1\n", "people", "--runner=FlinkRunner", "--flinkMaster=127.0.0.1:1"));
  }

  @Test
  void aDatabaseInMemoryIsRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("in.csv"), "id\n1\n");
    assertRefused(
        "a database in memory ends with its connection",
        transfer("csv:" + file, "jdbc:people", "--jdbcUrl=jdbc:sqlite::memory:"));
  }
}

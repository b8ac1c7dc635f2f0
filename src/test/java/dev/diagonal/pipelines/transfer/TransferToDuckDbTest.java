package dev.diagonal.pipelines.transfer;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.Launched;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transfers to and from a real DuckDb. */
final class TransferToDuckDbTest extends StoreCases {

  TransferToDuckDbTest(@TempDir Path directory) {
    super(directory);
  }

  @Override
  String url() {
    return "jdbc:duckdb:" + directory.resolve("store.db");
  }

  @Test
  void unusualTypesAreReadExactly() throws Exception {
    execute(
        """
        CREATE TABLE typed (a ubigint, b hugeint, c utinyint, d timestamp_ms, e integer[], f interval,
          g decimal(38, 10), h float, i timestamp)""",
        """
        INSERT INTO typed VALUES (18446744073709551615, 170141183460469231731687303715884105727, 255,
          '2024-01-01 00:00:00.125', [1, 2], INTERVAL 1 DAY, 1234567890123456789012345678.0123456789,
          16777217, 'infinity')""");
    assertThat(unload("typed"))
        .containsExactly(
            "a,b,c,d,e,f,g,h,i",
            "18446744073709551615,170141183460469231731687303715884105727,255,"
                + "2024-01-01T00:00:00.125,\"[1, 2]\",1 day,"
                + "1234567890123456789012345678.0123456789,1.6777216E7,infinity");
  }

  @Test
  void nanosecondsAreDeadLetters() throws Exception {
    execute(
        "CREATE TABLE typed (t timestamp_ns)",
        "INSERT INTO typed VALUES ('2024-01-01 00:00:00.000000001'), ('2024-01-01 00:00:00.000001')");
    Path bad = directory.resolve("bad.jsonl");
    Path out = directory.resolve("out.csv");
    assertDone(transfer("jdbc:typed", "csv:" + out, "--badRecords=" + bad));
    assertThat(Files.readAllLines(out)).containsExactly("t", "2024-01-01T00:00:00.000001");
    assertThat(Files.readAllLines(bad)).hasSize(1);
  }

  @Test
  void rowsAreWrittenToColumnsOfOtherTypes() throws Exception {
    execute("CREATE TABLE typed (a integer[], b timestamp_s)");
    Path bad = directory.resolve("bad.jsonl");
    Launched launched =
        load(
            "a,b\n\"[1, 2]\",2024-01-01 00:00:01\n,2024-01-01 00:00:00.5\n",
            "typed",
            "--badRecords=" + bad);
    assertDone(launched);
    assertThat(query("SELECT a[2], b FROM typed")).containsExactly("2|2024-01-01 00:00:01.0");
    assertThat(Files.readAllLines(bad)).hasSize(1);
  }
}

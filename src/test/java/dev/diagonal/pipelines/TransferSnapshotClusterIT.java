package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.FlinkExtension;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.TableGate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A transfer on a cluster from a table that changes: its workers read one snapshot. */
@Tag("large")
@ExtendWith({FlinkExtension.class, PostgresExtension.class})
final class TransferSnapshotClusterIT {

  private static final int ACCOUNTS = 200_000;

  private final Path directory;
  private final EdgeDatabase database;
  private final FlinkCluster cluster;
  private final ClusterRun runs;

  TransferSnapshotClusterIT(@TempDir Path directory, FlinkCluster cluster, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
    this.cluster = cluster;
    this.runs = new ClusterRun(cluster);
  }

  @Test
  void workersReadOneMoment() throws Exception {
    database.execute(
        "DROP TABLE IF EXISTS cluster_accounts; CREATE TABLE cluster_accounts AS"
            + " SELECT id, 100 AS balance, repeat('x', 100) AS filler FROM generate_series(1, %d) AS id;"
                .formatted(ACCOUNTS)
            + " CREATE INDEX ON cluster_accounts (id)");
    Path file = directory.resolve("accounts.csv");
    AtomicBoolean enough = new AtomicBoolean();
    CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> pay(enough));

    ChildJvm child =
        runs.run("transfer --from=jdbc:cluster_accounts --to=csv:%s %s".formatted(file, jdbc()));
    enough.set(true);
    writer.get(4, TimeUnit.MINUTES);

    assertThat(child.status()).as("%s", child).isZero();
    assertThat(Files.readAllLines(file)).hasSize(1 + ACCOUNTS).doesNotHaveDuplicates();
    assertThat(
            Files.readAllLines(file).stream()
                .skip(1)
                .mapToLong(line -> Long.parseLong(line.split(",")[1]))
                .sum())
        .isEqualTo(100L * ACCOUNTS);
  }

  /** Its rows have no key: the snapshot shows another worker the same rows in the same order. */
  @Test
  void lostWorkerDuplicatesNoRow() throws Exception {
    database.execute(
        """
        DROP TABLE IF EXISTS keyless, keyless_copy;
        CREATE TABLE keyless AS SELECT i AS n, repeat('x', 200) AS word FROM generate_series(1, 60000) AS i;
        CREATE TABLE keyless_copy (n int, word text);
        """);
    TableGate gate = TableGate.behind(database, "keyless_copy", 5);
    ChildJvm child;
    try (Connection closed = gate.close()) {
      CompletableFuture<ChildJvm> run =
          runs.begin(
              "transfer --from=jdbc:keyless --to=jdbc:keyless_copy --commitRows=1000 " + jdbc());
      gate.awaitOne();
      assertThat(database.number("SELECT count(*) FROM keyless_copy")).isPositive();
      String id = runs.job("transfer", "RUNNING").path("jid").asText();
      runs.killWorker(id, "Transfer/");
      cluster.startWorker();
      database.execute("UPDATE keyless SET n = -n");
      closed.rollback();
      child = run.join();
      assertThat(runs.wasRestarted(id)).as("%s", child).isTrue();
    }

    assertThat(child.status()).as("%s", child).isZero();
    assertThat(
            database.query(
                "SELECT count(*) || ' ' || count(DISTINCT n) || ' ' || min(n) FROM keyless_copy"))
        .containsExactly("60000 60000 1");
    assertThat(child.toString()).doesNotContain("have no key. If the runner");
  }

  @Test
  void aLauncherThatLeavesCannotHoldASnapshot() throws Exception {
    ChildJvm child =
        runs.run(
            "transfer --from=jdbc:accounts --to=csv:%s %s --attachedMode=false"
                .formatted(directory.resolve("accounts.csv"), jdbc()));

    assertThat(child.status()).isEqualTo(2);
    assertThat(child.toString()).contains("--snapshot=each");
  }

  @Test
  void aLauncherThatLeavesCannotVerify() throws Exception {
    ChildJvm child =
        runs.run(
            "transfer --from=jdbc:accounts --to=csv:%s %s --snapshot=each --verify=true --attachedMode=false"
                .formatted(directory.resolve("accounts.csv"), jdbc()));

    assertThat(child.status()).isEqualTo(2);
    assertThat(child.toString()).contains("--verify reads the targets at the end");
  }

  private String jdbc() {
    return "--jdbcUrl=%s --jdbcUser=%s"
        .formatted(database.postgres().jdbcUrl(), database.postgres().user());
  }

  private void pay(AtomicBoolean enough) {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      for (int payments = 0; !enough.get(); payments++) {
        statement.executeUpdate(
            """
            UPDATE cluster_accounts SET balance = balance + CASE WHEN id <= 100000 THEN -1 ELSE 1 END
            WHERE id IN (%1$d, 100000 + %1$d)
            """
                .formatted(1 + payments * 37L % 100_000));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}

package dev.diagonal.pipelines.edges;

import static dev.diagonal.pipelines.command.Launched.assertDone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.H2Server;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Statements that know rows by their places in files, and files that have changed. */
@ExtendWith({Neo4jExtension.class, PostgresExtension.class})
final class ChangedStatementFilesIT {

  private static final String TABLE =
      "DROP TABLE IF EXISTS placed; CREATE TABLE placed (id uuid PRIMARY KEY, source bigint)";
  private static final String COUNT = "SELECT count(*) FROM placed";
  private static final String ON_POSTGRES =
      "INSERT INTO placed SELECT * FROM unnest(:edge_id, :source) ON CONFLICT DO NOTHING";

  private final Path directory;
  private final Path input;

  ChangedStatementFilesIT(@TempDir Path directory) {
    this.directory = directory;
    this.input = directory.resolve("edges.csv");
  }

  @Test
  void changedFileIsRefusedOnPostgres(LocalPostgres postgres) throws Exception {
    JdbcTarget database = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    Sql sql = new Sql(database);
    sql.execute(TABLE);
    assertChangesAreRefused(database, ON_POSTGRES, "DELETE FROM ");
    assertThat(sql.query(COUNT)).containsExactly("3");

    // The message names the way out.
    sql.execute("TRUNCATE placed");
    String message = String.join(" ", load(database, ON_POSTGRES).err());
    sql.execute(
        message.substring(message.indexOf("DELETE FROM ")).replaceAll("(= -?\\d+).*", "$1"));
    assertDone(load(database, ON_POSTGRES));
    assertThat(sql.query(COUNT)).containsExactly("4");
  }

  @Test
  void failedLoadReportsHowToContinue(LocalPostgres postgres) throws Exception {
    JdbcTarget database = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    Sql sql = new Sql(database);
    sql.execute(TABLE);
    write("1,2", "7");
    assertThat(load(database, ON_POSTGRES).exitCode()).isEqualTo(ExitCode.FAILED);
    write("1,2", "7,8");
    String message = load(database, ON_POSTGRES).toString();
    assertThat(message)
        .contains("The database may have rows of its earlier content, even if that load failed");
    sql.execute(
        "TRUNCATE placed; "
            + message.substring(message.indexOf("DELETE FROM ")).split("(?<== -?\\d{1,20})\\D")[0]);
    assertDone(load(database, ON_POSTGRES));
    assertThat(sql.query(COUNT)).containsExactly("2");
  }

  @Test
  void refusedNodesLeaveNoRecordOfEdges(LocalPostgres postgres) throws Exception {
    JdbcTarget database = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    Sql sql = new Sql(database);
    sql.execute(TABLE);
    write("1,2");
    Path nodes = Files.writeString(directory.resolve("nodes.csv"), "id\n1\n");
    Path nodesStatement =
        Files.writeString(
            directory.resolve("nodes.sql"), "INSERT INTO nowhere SELECT * FROM unnest(:id)");
    Launched refused =
        load(database, ON_POSTGRES, "--nodesInput=" + nodes, "--nodesStatement=" + nodesStatement);
    assertThat(refused.toString()).contains("nowhere");
    write("1,2", "2,3");
    assertDone(load(database, ON_POSTGRES));
    assertThat(sql.query(COUNT)).containsExactly("2");
  }

  @Test
  void dryRunDeletesNoRecords(LocalPostgres postgres) throws Exception {
    JdbcTarget database = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    Sql sql = new Sql(database);
    sql.execute(TABLE);
    write("1,2");
    assertDone(load(database, ON_POSTGRES));
    sql.execute("INSERT INTO diagonal.files VALUES (4000000000, 1, 'of dropped', 1, 1, '{}')");
    String records = "SELECT count(*) FROM diagonal.files WHERE name = 'of dropped'";
    assertDone(load(database, ON_POSTGRES, "--dryRun"));
    assertThat(sql.query(records)).containsExactly("1");
    assertDone(load(database, ON_POSTGRES));
    assertThat(sql.query(records)).as("a load deletes them").containsExactly("0");
  }

  @Test
  void dryRunReportsAnInvalidStatementOnce(LocalPostgres postgres) throws Exception {
    JdbcTarget database = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    write("1,2");
    String output = load(database, "INSERT INTO placed VALUES (:nosuch)", "--dryRun").toString();
    assertThat(output.split("nosuch", -1)).as(output).hasSize(2);
  }

  @Test
  void changedFileIsRefusedOnH2() throws Exception {
    try (H2Server server = H2Server.in(directory)) {
      JdbcTarget h2 = JdbcTarget.at(server.jdbcUrl("placed"));
      Sql sql = new Sql(h2);
      sql.execute(TABLE);
      assertChangesAreRefused(
          h2,
          "MERGE INTO placed (id, source) KEY (id) VALUES (:edge_id, :source)",
          "DELETE FROM diagonal_files WHERE file_hash = ");
      assertThat(sql.query(COUNT)).containsExactly("3");
    }
  }

  @Test
  void changedFileIsRefusedOnNeo4j(LocalNeo4j neo4j) throws Exception {
    neo4j.clear();
    assertChangesAreRefused(
        neo4j.database(),
        "UNWIND $rows AS row MERGE (p:Placed {id: row.edge_id}) ON CREATE SET p.source ="
            + " row.source",
        "MATCH (f:DiagonalFile {file: ");
    assertThat(neo4j.query("MATCH (p:Placed) RETURN count(p)")).containsExactly(List.of(3L));
  }

  @Test
  void loadsChangedFileIfStatementIgnoresPlaces(LocalPostgres postgres) throws Exception {
    JdbcTarget database = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    Sql sql = new Sql(database);
    sql.execute(TABLE);
    String statement =
        "INSERT INTO placed SELECT gen_random_uuid(), source FROM unnest(:source) AS source";
    write("1,2", "2,3", "3,4");
    assertDone(load(database, statement));
    write("1,2", "2,3");
    assertDone(load(database, statement));
    assertThat(sql.query(COUNT)).containsExactly("5");
  }

  private void assertChangesAreRefused(JdbcTarget database, String statement, String repair)
      throws Exception {
    write("1,2", "2,3", "3,4");
    assertDone(load(database, statement));
    assertDone(load(database, statement)); // unchanged
    for (List<String> changed :
        List.of(List.of("1,2", "2,3", "9,4"), List.of("1,2", "2,3", "3,4", "4,5"))) {
      write(changed.toArray(String[]::new));
      for (String dryRun : List.of("", "--dryRun")) {
        Launched again = load(database, statement, dryRun);
        assertThat(again.exitCode()).as(again.toString()).isEqualTo(ExitCode.FAILED);
        assertThat(again.toString())
            .contains("edges.csv has changed since a load of it into ", repair);
      }
    }
  }

  private void write(String... lines) throws Exception {
    Files.writeString(input, "source,target\n" + String.join("\n", lines) + "\n");
  }

  private Launched load(JdbcTarget database, String statement, String... options) throws Exception {
    boolean cypher = database.url().startsWith("jdbc:neo4j");
    Path file = directory.resolve(cypher ? "placed.cypher" : "placed.sql");
    Files.writeString(file, statement);
    List<String> args =
        new ArrayList<>(
            List.of(
                "load-edges", "--input=" + input, "--statement=" + file, "--runner=DirectRunner"));
    args.add("--jdbcUrl=" + database.url());
    if (database.user() != null) {
      args.add("--jdbcUser=" + database.user());
    }
    for (String option : options) {
      if (!option.isEmpty()) {
        args.add(option);
      }
    }
    return Launched.with(List.of(new LoadEdges()), args.toArray(String[]::new));
  }
}

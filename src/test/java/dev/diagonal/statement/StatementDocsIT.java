package dev.diagonal.statement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.schedule.Batch;
import dev.diagonal.schedule.BatchWriter;
import dev.diagonal.testing.LocalNeo4j;
import dev.diagonal.testing.Neo4jExtension;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the statements of docs/mix-and-batch.md, each twice. */
@ExtendWith({Neo4jExtension.class, PostgresExtension.class})
final class StatementDocsIT {

  private static final RowParameters<Knows> PARAMETERS =
      new RowParameters<>(
          List.of(
              Column.of("id", "bigint"),
              Column.of("source", "bigint"),
              Column.of("target", "bigint"),
              Column.of("since", "text")),
          (knows, values) ->
              values
                  .putLong(knows.id())
                  .putLong(knows.source())
                  .putLong(knows.target())
                  .putText("2024"));

  private static final List<Knows> ROWS = Knows.all(100);

  @Test
  void theStatementsInCypher(LocalNeo4j neo4j) throws Exception {
    neo4j.clear();
    List<String> statements = statements("cypher");
    assertThat(statements).hasSize(3);
    neo4j.query("UNWIND range(0, %s) AS id CREATE (:Person {id: id})".formatted(Knows.PERSONS - 1));

    assertThat(twice(neo4j.database(), statements.get(0)))
        .containsExactly(Map.of("relationships", 100L), Map.of("relationships", 0L));
    assertThat(neo4j.query("MATCH (p:Person) RETURN coalesce(p.degree, 0) ORDER BY p.id"))
        .containsExactlyElementsOf(
            Knows.degrees(ROWS).stream().map(degree -> List.of((Object) degree)).toList());
    var unused = twice(neo4j.database(), statements.get(2));
    assertThat(neo4j.query("MATCH ()-[knows:KNOWS]->() RETURN count(knows)"))
        .containsExactly(List.of(0L));
    var more = twice(neo4j.database(), statements.get(1));
    assertThat(neo4j.query("MATCH ()-[knows:KNOWS]->() RETURN count(knows)"))
        .containsExactly(
            List.of(ROWS.stream().map(k -> k.source() + " " + k.target()).distinct().count()));
  }

  @Test
  void theStatementsInSql(LocalPostgres server) throws Exception {
    List<String> statements = statements("sql");
    assertThat(statements).hasSize(3);
    JdbcTarget postgres = JdbcTarget.at(server.jdbcUrl()).withUser(server.user());
    Sql sql = new Sql(postgres);
    String tables = "CREATE TABLE knows (id bigint PRIMARY KEY, source bigint, target bigint)";
    sql.execute("DROP TABLE IF EXISTS knows, person; " + tables);
    sql.execute(
        "CREATE TABLE person AS SELECT id, 0::bigint AS degree FROM generate_series(0, %s) AS id"
            .formatted(Knows.PERSONS - 1));
    assertThat(twice(postgres, statements.get(0)))
        .containsExactly(Map.of("rows_updated", 100L), Map.of("rows_updated", 0L));
    sql.execute("TRUNCATE knows");
    assertThat(twice(postgres, statements.get(1)))
        .containsExactly(Map.of("relationships", 100L), Map.of("relationships", 0L));
    assertThat(sql.query("SELECT degree FROM person ORDER BY id"))
        .isEqualTo(Knows.degrees(ROWS).stream().map(String::valueOf).toList());

    JdbcTarget h2 = JdbcTarget.at("jdbc:h2:mem:docs;DB_CLOSE_DELAY=-1");
    new Sql(h2).execute(tables);
    assertThat(twice(h2, statements.get(2)))
        .containsExactly(Map.of("rows_updated", 100L), Map.of("rows_updated", 0L));
  }

  private static List<String> statements(String language) throws IOException {
    String page = Files.readString(Path.of("docs", "mix-and-batch.md"));
    return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
        .matcher(page.substring(page.indexOf("\n## Statements of your own")))
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  private static List<Map<String, Long>> twice(JdbcTarget database, String statement)
      throws Exception {
    RunStatement<Knows> run =
        RunStatement.in(database, statement, PARAMETERS).withLocks(Knows.GRID);
    run.prepare();
    try (BatchWriter<Knows> writer = run.open()) {
      writer.write(new Batch<>(0, ROWS));
      Map<String, Long> first = writer.reported();
      writer.write(new Batch<>(0, ROWS));
      return List.of(first, writer.reported());
    }
  }
}

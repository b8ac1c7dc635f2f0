package dev.diagonal.pipelines;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.Mistakes.Mistake;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The mistakes that need a server to be found. */
@ExtendWith(PostgresExtension.class)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
final class UserMistakesIT {

  @TempDir static Path directory;

  @BeforeAll
  static void createFilesAndRoles(LocalPostgres postgres) throws IOException, SQLException {
    Mistakes.writeFiles(directory);
    new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()))
        .execute(
            """
            DROP TABLE IF EXISTS mistake_private, mistake_private_nodes, mistake_private_edges,
              mistake_nodes, mistake_edges, mistake_n17, mistake_e17, mistake32, mistake_t CASCADE;
            DROP SCHEMA IF EXISTS mistake_locked CASCADE;
            DROP ROLE IF EXISTS mistake_role;
            CREATE ROLE mistake_role LOGIN PASSWORD 'mistake';
            CREATE TABLE mistake_private (source bigint, target bigint);
            CREATE TABLE mistake_private_nodes (id bigint PRIMARY KEY,
              out_degree bigint NOT NULL DEFAULT 0, in_degree bigint NOT NULL DEFAULT 0);
            CREATE TABLE mistake_private_edges (edge_id uuid PRIMARY KEY, source bigint NOT NULL,
              target bigint NOT NULL);
            CREATE SCHEMA mistake_locked;
            """);
  }

  static Stream<Mistake> rowsWithServers() {
    return Mistakes.all().stream().filter(Mistake::needsServer);
  }

  @ParameterizedTest
  @MethodSource("rowsWithServers")
  void rowsOfTheTable(Mistake mistake, LocalPostgres postgres) {
    Launched launched = mistake.at(postgres.jdbcUrl(), postgres.user()).launch(directory);
    mistake.check(launched);
  }
}

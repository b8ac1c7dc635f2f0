package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The archive of classes that {@code mvn package} makes with {@link ClassTraining}. */
@ExtendWith(PostgresExtension.class)
final class ClassArchiveIT {

  private static final String EVALUATOR = "org.apache.beam.runners.direct.ParDoEvaluator";

  private final Path directory;
  private final LocalPostgres postgres;

  ClassArchiveIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.postgres = postgres;
  }

  @AfterEach
  void dropTable() throws Exception {
    new EdgeDatabase(postgres).execute("DROP TABLE IF EXISTS archived");
  }

  @Test
  void hasClassesOfRunsAndOfTheDriver() throws IOException {
    Path log = directory.resolve("classes.log");
    String archive = ChildJvm.jar().replaceFirst("\\.jar$", ".jsa");
    ChildJvm child =
        ChildJvm.bundledJar(
            List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:class+load:file=" + log),
            "transfer --from=csv:examples/people.csv --to=jdbc:archived --jdbcUrl=%s --jdbcUser=%s"
                .formatted(postgres.jdbcUrl(), postgres.user()));
    assertThat(child.status()).as("%s", child).isZero();
    List<String> loaded = Files.readAllLines(log);
    assertThat(loaded)
        // Only the jobs of the training load it: all others are loaded by name.
        .anyMatch(line -> line.contains(" " + EVALUATOR + " source: shared"))
        .anyMatch(line -> line.contains(" dev.diagonal.jdbc.write.CopyRows source: shared"))
        .anyMatch(line -> line.contains(" org.postgresql.jdbc.PgConnection source: shared"))
        .noneMatch(
            line -> line.matches(".* (dev\\.diagonal|org\\.postgresql)\\..* source: file:.*"));
  }
}

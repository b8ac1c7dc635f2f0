package dev.diagonal.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import org.apache.beam.sdk.PipelineResult.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
class LibraryExampleIT {

  @Test
  void doesWhatTheReadmeSays(LocalPostgres postgres, @TempDir Path directory) throws Exception {
    Path ratings = directory.resolve("ratings.csv");
    Files.writeString(ratings, "userId,movieId,rating,timestamp\n1,7,3.5,1\n2,7,4.0,2\n1,9,1,3\n");

    State state = LibraryExample.run(ratings.toString(), postgres.jdbcUrl(), postgres.user());

    assertThat(state).isEqualTo(State.DONE);
    try (var connection = DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), null);
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT string_agg(t::text, ' ' ORDER BY movie_id) FROM movie_ratings_example t")) {
      rows.next();
      assertThat(rows.getString(1))
          .isEqualTo("(7,2,7.500,3.750000,3.500,4.000) (9,1,1.000,1.000000,1.000,1.000)");
    }
  }
}

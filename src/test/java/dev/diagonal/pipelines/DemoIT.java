package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.cli.ExitCode;
import dev.diagonal.pipelines.cli.Launched;
import dev.diagonal.pipelines.local.Demo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DemoIT {

  private static final String LAUNCHED_BY_MAVEN = "diagonal.launchedByMaven";

  @BeforeEach
  void asIfUnderMaven() {
    System.setProperty(LAUNCHED_BY_MAVEN, "true");
  }

  @AfterEach
  void forgetMaven() {
    System.clearProperty(LAUNCHED_BY_MAVEN);
  }

  @Test
  void bothServersGiveBackTheMostRatedMoviesOfTheSample() throws IOException {
    Launched launched = Launched.with(List.of(), Optional.of(new Demo(new MovieRatings())));
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    List<String> topTen = topTenOf(Path.of("target", "demo", "ratings-2000000.csv"));
    assertThat(topTen).hasSize(10);
    assertThat(rowsBelow("The most rated movies, read back from PostgreSQL:", launched.out()))
        .isEqualTo(topTen);
    assertThat(rowsBelow("The most rated movies, read back from Elasticsearch:", launched.out()))
        .isEqualTo(topTen);
    assertThat(launched.out())
        .anyMatch(line -> line.startsWith("movie-ratings: 2,000,000 rows read, 0 bad, in "));
  }

  /** Movie and number of ratings of the ten rows below the heading. */
  private static List<String> rowsBelow(String heading, List<String> lines) {
    int at = lines.indexOf(heading);
    assertThat(at).as("%s in %s", heading, lines).isNotNegative();
    return lines.subList(at + 2, at + 12).stream()
        .map(line -> line.strip().split(" +"))
        .map(fields -> fields[0] + " " + fields[1])
        .toList();
  }

  private static List<String> topTenOf(Path sample) throws IOException {
    Map<Integer, Integer> counts = new HashMap<>();
    try (Stream<String> lines = Files.lines(sample)) {
      lines
          .skip(1)
          .forEach(line -> counts.merge(Integer.valueOf(line.split(",")[1]), 1, Integer::sum));
    }
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<Integer, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(10)
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .toList();
  }
}

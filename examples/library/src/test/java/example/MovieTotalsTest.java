package example;

import dev.diagonal.ratings.RatingRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MovieTotalsTest {

  // JUnit 5 does not run rules, with which TestPipeline looks for steps that were not run.
  private final TestPipeline pipeline =
      TestPipeline.create().enableAbandonedNodeEnforcement(false);

  @Test
  void totalsRatingsByMovie(@TempDir Path directory) throws IOException {
    Path ratings =
        Files.writeString(
            directory.resolve("ratings.csv"),
            "userId,movieId,rating,timestamp\n1,10,4.0,1\n2,10,5.0,2\n2,30,2.5,3\n");
    PCollection<String> lines =
        MovieTotals.totals(pipeline, ratings.toString())
            .apply(
                FlatMapElements.into(TypeDescriptors.strings())
                    .via(block -> block.records().stream().map(RatingRows::toCsv).toList()));
    PAssert.that(lines)
        .containsInAnyOrder(
            "10,2,9.000,4.500000,4.000,5.000", "30,1,2.500,2.500000,2.500,2.500");
    pipeline.run().waitUntilFinish();
  }
}

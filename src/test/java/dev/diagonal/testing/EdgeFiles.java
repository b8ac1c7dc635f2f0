package dev.diagonal.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Files of edges with the header {@code source,target,part}, the same for the same seed.
 *
 * @param nodes how many nodes there are; a tenth of them has half of the ends
 * @param targetsFrom the first id of a target: 0 if any node may be at both ends
 */
public record EdgeFiles(int nodes, int targetsFrom) {

  /** Writes so many edges of one part to {@code <part>.csv}. */
  public Path write(Path directory, String part, int edges, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    return Files.writeString(
        directory.resolve(part + ".csv"),
        IntStream.range(0, edges)
            .mapToObj(i -> node(random) + "," + (targetsFrom + node(random)) + "," + part + "\n")
            .collect(Collectors.joining("", "source,target,part\n", "")));
  }

  private int node(SplittableRandom random) {
    return random.nextInt(random.nextBoolean() ? nodes : nodes / 10);
  }
}

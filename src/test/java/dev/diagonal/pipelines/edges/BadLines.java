package dev.diagonal.pipelines.edges;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Invalid edges, and the dead letters that a stream writes for them to its directory. */
final class BadLines {

  private static final String LINE = "7,no number,bad";
  private static final ObjectMapper JSON = new ObjectMapper();

  private BadLines() {}

  /**
   * Appends one to a file of edges.
   *
   * @param coming where the file will be when it is read
   * @return what {@link #in} has to have of it
   */
  static String appendTo(Path file, Path coming) throws IOException {
    long offset = Files.size(file);
    Files.writeString(file, LINE + "\n", StandardOpenOption.APPEND);
    return "%s %d %s".formatted(coming, offset, LINE);
  }

  /** Returns file, offset and record of each line in the files of a directory, sorted. */
  static List<String> in(Path directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
        for (String line : Files.readAllLines(file)) {
          JsonNode bad = JSON.readTree(line);
          lines.add(
              "%s %d %s"
                  .formatted(
                      bad.path("file").asText(),
                      bad.path("offset").asLong(),
                      bad.path("record").asText()));
        }
      }
    }
    return lines.stream().sorted().toList();
  }
}

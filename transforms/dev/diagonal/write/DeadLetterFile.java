package dev.diagonal.write;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.BadLine;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.jspecify.annotations.Nullable;

/**
 * The file that {@link WriteDeadLetters} has written, to which a run adds dead letters after its
 * pipeline. Not safe for use by several threads at once.
 */
public final class DeadLetterFile {

  private final String path;
  private final long maxBadRecords;
  private @Nullable List<BadLine> before;

  private DeadLetterFile(String path, long maxBadRecords) {
    this.path = path;
    this.maxBadRecords = maxBadRecords;
  }

  /** Returns the file of this path, which may hold at most {@code maxBadRecords} dead letters. */
  public static DeadLetterFile at(String path, long maxBadRecords) {
    return new DeadLetterFile(path, maxBadRecords);
  }

  /**
   * Writes the file anew, with what the pipeline has written and these, sorted. Called again, the
   * new ones take the place of those of the call before.
   *
   * @throws BadInputException if there are too many, once the file is written
   */
  public void add(List<BadLine> more) throws IOException {
    List<BadLine> all = new ArrayList<>(before());
    all.addAll(more);
    all.sort(WriteDeadLetters::compare);
    WholeFile.at(path)
        .write(
            channel -> {
              Writer out = Channels.newWriter(channel, UTF_8);
              for (BadLine each : all) {
                out.append(each.toJson()).append('\n');
              }
              out.flush();
            });
    if (all.size() > maxBadRecords) {
      throw new BadInputException(
          "%d records in %s, where at most %d are allowed"
              .formatted(all.size(), path, maxBadRecords));
    }
  }

  private List<BadLine> before() throws IOException {
    List<BadLine> lines = before;
    if (lines == null) {
      lines = new ArrayList<>();
      try (BufferedReader reader =
          new BufferedReader(
              Channels.newReader(
                  FileSystems.open(FileSystems.matchNewResource(path, false)), UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          lines.add(BadLine.fromJson(line));
        }
      } catch (FileNotFoundException e) {
        // The workers have written it on another machine.
      }
      before = lines;
    }
    return lines;
  }
}

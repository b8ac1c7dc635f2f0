package dev.diagonal.internal.textfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.fault.DeadLetterCounts;
import dev.diagonal.internal.files.output.WholeFile;
import dev.diagonal.internal.files.stored.FileText;
import dev.diagonal.internal.files.stored.Listing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The file that {@link dev.diagonal.textfile.WriteDeadLetters} has written, to which a run adds
 * dead letters after its pipeline. Not thread-safe.
 */
public final class DeadLetterFile {

  private static final Comparator<DeadLetter> ORDER =
      Comparator.comparing(DeadLetter::file)
          .thenComparingLong(DeadLetter::offset)
          .thenComparing(DeadLetter::reason)
          .thenComparing(DeadLetter::record);

  private final String path;
  private final long maxBadRecords;
  private @Nullable List<DeadLetter> before;

  private DeadLetterFile(String path, long maxBadRecords) {
    this.path = path;
    this.maxBadRecords = maxBadRecords;
  }

  /** Returns the file of this path, with at most {@code maxBadRecords} dead letters. */
  public static DeadLetterFile at(String path, long maxBadRecords) {
    return new DeadLetterFile(path, maxBadRecords);
  }

  /**
   * Rewrites the file with the dead letters of the pipeline and these, sorted. A second call
   * replaces those of the first.
   *
   * @throws BadInputException if there are too many, after the file is written
   */
  public void add(List<DeadLetter> more) throws IOException {
    List<DeadLetter> all = new ArrayList<>(before());
    all.addAll(more);
    write(path, all);
    if (all.size() > maxBadRecords) {
      throw tooMany(all.size(), path, maxBadRecords, summaryOf(all));
    }
  }

  /** Writes a file of only these dead letters, sorted. */
  public static void write(String path, List<DeadLetter> letters) throws IOException {
    List<DeadLetter> sorted = new ArrayList<>(letters);
    sorted.sort(DeadLetterFile::compare);
    WholeFile.at(path)
        .write(
            stream -> {
              Writer out = new OutputStreamWriter(stream, UTF_8);
              for (DeadLetter each : sorted) {
                out.append(each.toJson()).append('\n');
              }
              out.flush();
            });
  }

  /** Compares all components, so that the file does not show the order of arrival. */
  public static int compare(DeadLetter a, DeadLetter b) {
    return ORDER.compare(a, b);
  }

  /** Returns the counts per reason, for the message that there are too many. */
  public static String summaryOf(List<DeadLetter> letters) {
    return " (--maxBadRecords): " + DeadLetterCounts.of(letters).describe();
  }

  /** Returns the exception for a file with more records than allowed. */
  public static BadInputException tooMany(long size, String path, long most, String summary) {
    return new BadInputException(
        "%s records are in %s, more than the %s allowed%s".formatted(size, path, most, summary));
  }

  private List<DeadLetter> before() throws IOException {
    List<DeadLetter> lines = before;
    if (lines == null) {
      lines = new ArrayList<>();
      // Empty if workers have written the file on another machine; a pipe cannot be read again.
      read(path, lines::add);
      before = lines;
    }
    return lines;
  }

  /**
   * Counts the dead letters of a file by reason, in bounded memory. Returns no counts if there is
   * no such file here.
   */
  public static DeadLetterCounts counts(String path) throws IOException {
    DeadLetterCounts counts = new DeadLetterCounts();
    read(path, counts::add);
    return counts;
  }

  private static void read(String path, Consumer<DeadLetter> lines) throws IOException {
    for (InputFile file : Listing.matching(path)) {
      if (!file.isPipe()) {
        read(file, lines);
      }
    }
  }

  private static void read(InputFile file, Consumer<DeadLetter> lines) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(Channels.newReader(FileText.open(file), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.accept(DeadLetter.fromJson(line));
      }
    }
  }
}

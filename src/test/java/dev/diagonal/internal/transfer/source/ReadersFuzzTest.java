package dev.diagonal.internal.transfer.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.testing.Compressed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads random files in random cuts, and compares every record with a slow reader that works on
 * characters: its offset, its line and its fields, or that it is bad. A failure names its seed; run
 * that seed alone with {@link #compare}.
 */
final class ReadersFuzzTest {

  private static final int CASES = 2_000;
  private static final int MANY_CASES = 1_000_000;
  private static final String MARK = "\u00ef\u00bb\u00bf";

  private final Path directory;

  ReadersFuzzTest(@TempDir Path directory) {
    this.directory = directory;
  }

  /**
   * A record.
   *
   * @param fields null if it is bad
   */
  private record Found(long offset, long line, @Nullable List<String> fields) {}

  @Test
  void readersAgreeWithTheSlowReader() throws Exception {
    for (int seed = 0; seed < CASES; seed++) {
      compare(seed);
    }
  }

  @Test
  @Tag("large")
  void readersAgreeWithTheSlowReaderForLong() throws Exception {
    for (int seed = CASES; seed < MANY_CASES; seed++) {
      compare(seed);
    }
  }

  private void compare(int seed) throws Exception {
    Random random = new Random(seed);
    boolean lineBreaksInQuotes = random.nextInt(4) == 0;
    String text = (random.nextBoolean() ? MARK : "") + "x,y" + soup(random);
    CsvFormat format =
        new CsvFormat(
            CsvDialect.RFC_4180.withLineBreaksInQuotes(lineBreaksInQuotes),
            false,
            List.of("a", "b"),
            "UTF-8",
            null);
    long rangeBytes = 1 + random.nextInt(35);
    Path file = write(random, text.getBytes(ISO_8859_1));
    RangePlan plan = new RangePlan(1_000, rangeBytes, rangeBytes, 10_000);
    CsvFiles source = CsvFiles.of(List.of(file.toString()), format, plan);
    assertThat(read(source, random))
        .as("seed %d, ranges of %d bytes", seed, rangeBytes)
        .isEqualTo(slow(text, lineBreaksInQuotes));
    Files.delete(file);
  }

  @Test
  void readsJsonLinesOnceInEveryCut() throws Exception {
    for (int seed = 0; seed < CASES / 4; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder(random.nextBoolean() ? MARK : "");
      List<Found> expected = new ArrayList<>();
      long line = 1;
      int lines = 1 + random.nextInt(20);
      for (int i = 0; i < lines; i++) {
        expected.add(new Found(text.length(), line++, List.of(Integer.toString(i))));
        text.append("{\"a\":").append(i).append('}').append(lineEnd(random));
        if (random.nextInt(4) == 0) {
          text.append("\r\n\n\r");
          line += 3;
        }
      }
      long rangeBytes = 1 + random.nextInt(35);
      Path file = write(random, text.toString().getBytes(ISO_8859_1));
      RangePlan plan = new RangePlan(1_000, rangeBytes, rangeBytes, 10_000);
      JsonLineFiles source = JsonLineFiles.of(List.of(file.toString()), plan, false);
      assertThat(read(source, random))
          .as("seed %d, ranges of %d bytes, %s", seed, rangeBytes, text)
          .isEqualTo(expected);
      Files.delete(file);
    }
  }

  /** Compressed now and then, in one or several members. */
  private Path write(Random random, byte[] text) throws IOException {
    if (random.nextInt(4) > 0) {
      return Files.write(directory.resolve("in.csv"), text);
    }
    Compressed format = Compressed.values()[random.nextInt(3)];
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    int cut = random.nextInt(text.length);
    if (random.nextBoolean()) {
      members.writeBytes(format.compress(Arrays.copyOf(text, cut)));
      members.writeBytes(format.compress(Arrays.copyOfRange(text, cut, text.length)));
    } else {
      members.writeBytes(format.compress(text));
    }
    return Files.write(directory.resolve("in.csv" + format.extension()), members.toByteArray());
  }

  private static String soup(Random random) {
    StringBuilder text = new StringBuilder(lineEnd(random));
    int pieces = random.nextInt(40);
    for (int i = 0; i < pieces; i++) {
      text.append(
          switch (random.nextInt(9)) {
            case 0, 1 -> lineEnd(random);
            case 2 -> "\"";
            case 3 -> "\"\"";
            case 4 -> ",\"";
            case 5 -> "\",";
            case 6 -> ",";
            default -> Integer.toString(random.nextInt(1_000));
          });
    }
    return text.toString();
  }

  private static String lineEnd(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> "\n";
      case 1 -> "\r";
      default -> "\r\n";
    };
  }

  private static List<Found> read(BlockSource source, Random random) throws Exception {
    List<Found> found = new ArrayList<>();
    for (SourceRange range : source.ranges()) {
      List<Found> ofRange = new ArrayList<>();
      Rejects rejects =
          bad -> {
            long line = Long.parseLong(bad.reason().replaceFirst("line (\\d+),.*", "$1"));
            ofRange.add(new Found(bad.offset(), line, null));
          };
      try (RowBlockReader reader = source.open(range, 1 + random.nextInt(5))) {
        for (RowBlock block = reader.next(rejects); block != null; block = reader.next(rejects)) {
          for (int row = 0; row < block.rows(); row++) {
            List<String> fields = new ArrayList<>();
            for (int column = 0; column < block.columns(); column++) {
              fields.add(block.isNull(row, column) ? "" : block.text(row, column));
            }
            long line = block.origin().lineInFile(block.line(row));
            ofRange.add(new Found(block.offset(row), line, fields));
          }
        }
      }
      ofRange.sort((a, b) -> Long.compare(a.offset(), b.offset()));
      found.addAll(ofRange);
    }
    return found;
  }

  /** The reference: one character at a time, one record at a time, from the start of the file. */
  private static List<Found> slow(String file, boolean lineBreaksInQuotes) {
    List<Found> found = new ArrayList<>();
    int at = file.startsWith(MARK) ? MARK.length() : 0;
    long line = 1;
    while (at < file.length()) {
      if (lineEndAt(file, at) > 0) {
        at += lineEndAt(file, at);
        line++;
        continue;
      }
      int start = at;
      long startLine = line;
      List<String> fields = new ArrayList<>();
      boolean bad = false;
      while (true) {
        StringBuilder field = new StringBuilder();
        if (at < file.length() && file.charAt(at) == '"') {
          at++;
          while (true) {
            if (at == file.length() || (!lineBreaksInQuotes && lineEndAt(file, at) > 0)) {
              bad = true;
              break;
            } else if (file.startsWith("\"\"", at)) {
              field.append('"');
              at += 2;
            } else if (file.charAt(at) == '"') {
              at++;
              break;
            } else {
              if (lineEndAt(file, at) > 0) {
                line++;
              }
              int length = Math.max(1, lineEndAt(file, at));
              field.append(file, at, at + length);
              at += length;
            }
          }
          bad |= at < file.length() && file.charAt(at) != ',' && lineEndAt(file, at) == 0;
        } else {
          while (at < file.length() && file.charAt(at) != ',' && lineEndAt(file, at) == 0) {
            field.append(file.charAt(at++));
          }
        }
        fields.add(field.toString());
        if (bad || at == file.length() || file.charAt(at) != ',') {
          break;
        }
        at++;
      }
      while (at < file.length() && lineEndAt(file, at) == 0) {
        at++; // what is left of a bad line
      }
      found.add(new Found(start, startLine, bad || fields.size() != 2 ? null : fields));
      if (at < file.length()) {
        at += lineEndAt(file, at);
        line++;
      }
    }
    return found;
  }

  /** Returns how many characters a line end has here; 0 if there is none. */
  private static int lineEndAt(String text, int at) {
    if (text.startsWith("\r\n", at)) {
      return 2;
    }
    return text.startsWith("\r", at) || text.startsWith("\n", at) ? 1 : 0;
  }
}

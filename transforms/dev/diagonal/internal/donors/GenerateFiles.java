package dev.diagonal.internal.donors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.files.output.WholeFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes sample files with the columns of the real ones: {@code projects.csv.gz}, {@code
 * donations.csv.gz} and {@code resources.csv.gz}, with a fifth as many projects as donations and
 * three fifths as many resources. A few projects get most of the donations (Zipf's law), and one
 * donation in a hundred has no project. A project has 0 to 40 resources, in any order. The same
 * seed writes the same records.
 */
public final class GenerateFiles {

  private static final int MOST_RESOURCES = 40;
  private static final List<String> ITEMS =
      List.of(
          "Acer Chromebook 11.6\"",
          "Set of \"The Giver\", 30 books",
          "Crayons, 64 colors",
          "Pencils\nbox of 12",
          "C:\\ drive, external",
          "Tambour à main",
          "Rug; 6' x 9'",
          "Calculator\r\nTI-84",
          "漢字 cards");

  private final Path directory;
  private final int donations;
  private final SplittableRandom random;
  private final SampleValues values;

  private GenerateFiles(Path directory, int donations, long seed) {
    this.directory = directory;
    this.donations = donations;
    this.random = new SplittableRandom(seed);
    this.values = new SampleValues(random);
  }

  /**
   * Writes the three files.
   *
   * @param directory created if it is missing
   * @param donations how many donations; at least 5
   */
  public static void into(Path directory, int donations, long seed) throws IOException {
    checkArgument(donations >= 5, "donations must be >= 5, got %s", donations);
    Files.createDirectories(directory);
    GenerateFiles files = new GenerateFiles(directory, donations, seed);
    files.projects();
    files.donations();
    files.resources();
  }

  private int projectCount() {
    return donations / 5;
  }

  private void projects() throws IOException {
    write(
        "projects.csv.gz",
        out -> {
          for (int i = 0; i < projectCount(); i++) {
            StringBuilder line = new StringBuilder(800);
            for (Table.Column column : Table.PROJECTS.columns()) {
              add(
                  line,
                  column.name().equals("projectid") ? SampleValues.id('p', i) : values.of(column));
            }
            end(line, out);
          }
        });
  }

  private void donations() throws IOException {
    write(
        "donations.csv.gz",
        out -> {
          for (int i = 0; i < donations; i++) {
            StringBuilder line = new StringBuilder(500);
            for (Table.Column column : Table.DONATIONS.columns()) {
              add(
                  line,
                  switch (column.name()) {
                    case "donationid" -> SampleValues.id('d', i);
                    case "projectid" -> projectOfDonation();
                    default -> values.of(column);
                  });
            }
            end(line, out);
          }
        });
  }

  /** Writes resources of random projects, so that the rows of a project are not adjacent. */
  private void resources() throws IOException {
    int rows = (int) (donations * 3L / 5);
    int[] left = resourcesOfProjects(rows);
    int most = Arrays.stream(left).max().orElse(0);
    write(
        "resources.csv.gz",
        out -> {
          int row = 0;
          for (int pass = 0; pass < most; pass++) {
            for (int project = 0; project < left.length; project++) {
              if (left[project] <= pass) {
                continue;
              }
              StringBuilder line = new StringBuilder(300);
              for (Table.Column column : Table.RESOURCES.columns()) {
                add(
                    line,
                    switch (column.name()) {
                      case "resourceid" -> quoted(SampleValues.id('r', row));
                      case "projectid" -> quoted(SampleValues.id('p', project));
                      case "item_name" -> values.any(ITEMS);
                      default -> values.of(column);
                    });
              }
              end(line, out);
              row++;
            }
          }
        });
  }

  private int[] resourcesOfProjects(int rows) {
    int[] counts = new int[projectCount()];
    int given = 0;
    while (given < rows) {
      // Three of ten projects have none.
      int project = random.nextInt(counts.length);
      if (project % 10 >= 3 && counts[project] < MOST_RESOURCES) {
        int more = Math.min(rows - given, Math.min(MOST_RESOURCES - counts[project], geometric()));
        counts[project] += more;
        given += more;
      }
    }
    return counts;
  }

  private int geometric() {
    int count = 1;
    while (random.nextInt(4) > 0 && count < MOST_RESOURCES) {
      count++;
    }
    return count;
  }

  private String projectOfDonation() {
    int kind = random.nextInt(200);
    if (kind == 0) {
      return "";
    }
    if (kind == 1) {
      return SampleValues.id('x', random.nextInt(1000));
    }
    int projects = projectCount();
    int rank = (int) Math.exp(random.nextDouble() * Math.log(projects));
    // Popular projects are spread over the file.
    return SampleValues.id('p', (int) (rank * 7_919L % projects));
  }

  private static String quoted(String id) {
    return '"' + id + '"';
  }

  private void add(StringBuilder line, String value) {
    if (!value.isEmpty()) {
      line.append('"');
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if (c == '"' || c == '\\') {
          line.append('\\');
        }
        line.append(c);
      }
      line.append('"');
    }
    line.append(',');
  }

  private static void end(StringBuilder line, Writer out) throws IOException {
    line.setCharAt(line.length() - 1, '\n');
    out.append(line);
  }

  /** Writes the lines of a file. */
  private interface Lines {
    void writeTo(Writer out) throws IOException;
  }

  private void write(String name, Lines lines) throws IOException {
    WholeFile.at(directory.resolve(name).toString())
        .write(
            stream -> {
              Writer out = new BufferedWriter(new OutputStreamWriter(stream, UTF_8), 1 << 16);
              lines.writeTo(out);
              out.flush();
            });
  }
}

package dev.diagonal.donors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.files.output.WholeFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Writes sample files in the shape of the real ones: {@code projects.csv.gz}, {@code
 * donations.csv.gz} and {@code resources.csv.gz}, a fifth as many projects as donations and three
 * fifths as many resources. Few projects get most of the donations (Zipf's law), one donation in a
 * hundred has none; a project has 0 to 40 resources, in any order. The same seed writes the same
 * records.
 */
public final class GenerateFiles {

  private static final int MOST_RESOURCES = 40;
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
  private static final LocalDateTime FIRST = LocalDateTime.of(2008, 1, 1, 0, 0);
  private static final List<String> STATES =
      List.of("CA", "NY", "TX", "IL", "FL", "NC", "PA", "GA", "MA", "WA", "OH", "LA");
  private static final List<String> CITIES =
      List.of("Los Angeles", "Española", "Cañon City", "New York", "Coeur d'Alene", "Ōtsu", "Waco");
  private static final List<String> SUBJECTS =
      List.of(
          "Literacy",
          "Mathematics",
          "Music",
          "Special Needs",
          "Applied Sciences",
          "Visual Arts",
          "Health & Wellness",
          "History & Geography",
          "ESL",
          "Early Development",
          "Sports",
          "Literature & Writing",
          "Environmental Science",
          "Character Education");
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

  private GenerateFiles(Path directory, int donations, long seed) {
    this.directory = directory;
    this.donations = donations;
    this.random = new SplittableRandom(seed);
  }

  /**
   * Writes the three files.
   *
   * @param directory where; created if it is missing
   * @param donations how many; at least 5
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
              add(line, column.name().equals("projectid") ? id('p', i) : value(column));
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
                    case "donationid" -> id('d', i);
                    case "projectid" -> projectOfDonation();
                    default -> value(column);
                  });
            }
            end(line, out);
          }
        });
  }

  /** Row after row of any project, so that those of one project stand apart. */
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
                      case "resourceid" -> quoted(id('r', row));
                      case "projectid" -> quoted(id('p', project));
                      case "item_name" -> any(ITEMS);
                      default -> value(column);
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
      return id('x', random.nextInt(1000));
    }
    int projects = projectCount();
    int rank = (int) Math.exp(random.nextDouble() * Math.log(projects));
    // Popular ones stand anywhere in the file.
    return id('p', (int) (rank * 7_919L % projects));
  }

  private String value(Table.Column column) {
    if (random.nextInt(12) == 0) {
      return "";
    }
    return switch (column.kind()) {
      case ID -> id('a', random.nextInt(1 << 20));
      case FLAG -> random.nextBoolean() ? "t" : "f";
      case DATE -> date();
      case AMOUNT -> money();
      case COUNT -> Integer.toString(random.nextInt(300));
      case LATITUDE -> decimal(24 + random.nextDouble() * 25);
      case LONGITUDE -> decimal(-125 + random.nextDouble() * 58);
      case TEXT -> text(column.name());
    };
  }

  private String text(String name) {
    if (name.endsWith("state")) {
      return STATES.get((int) (Math.pow(random.nextDouble(), 2) * STATES.size()));
    } else if (name.endsWith("city")) {
      return any(CITIES);
    } else if (name.endsWith("subject")) {
      return SUBJECTS.get((int) (Math.pow(random.nextDouble(), 2) * SUBJECTS.size()));
    } else if (name.endsWith("zip")) {
      return padded(random.nextInt(100_000), 5);
    } else if (name.endsWith("ncesid")) {
      return padded(random.nextLong(1_000_000_000_000L), 12);
    }
    return name + " " + random.nextInt(100) + (random.nextInt(20) == 0 ? ", \"so called\"" : "");
  }

  private String date() {
    LocalDateTime time = FIRST.plusSeconds(random.nextInt(200_000_000));
    return switch (random.nextInt(3)) {
      case 0 -> time.toLocalDate().toString();
      case 1 -> SECONDS.format(time);
      default -> SECONDS.format(time) + "." + fraction();
    };
  }

  private String fraction() {
    return padded(random.nextInt(1_000_000), 6).substring(0, 1 + random.nextInt(6));
  }

  private String money() {
    return random.nextInt(2_000) + "." + (10 + random.nextInt(90));
  }

  private static String decimal(double degrees) {
    long micros = Math.round(Math.abs(degrees) * 1e6);
    return (degrees < 0 ? "-" : "") + micros / 1_000_000 + "." + padded(micros % 1_000_000, 6);
  }

  private static String padded(long number, int digits) {
    String text = Long.toString(number);
    return "0".repeat(digits - text.length()) + text;
  }

  private String any(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** 32 characters, as the real ones. */
  private static String id(char kind, int number) {
    long hash = (number + 1L) * 0x9E3779B97F4A7C15L;
    return kind + padded(hash >>> 8, 17) + padded(number, 14);
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

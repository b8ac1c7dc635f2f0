package dev.diagonal.csv;

import dev.diagonal.files.SkippedLines;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A random file of separated values with its dialect, made of a seed.
 *
 * @param text its bytes as characters of ISO 8859-1
 */
public record CsvSoup(String text, CsvDialect dialect) {

  private static final String MARK = "\u00ef\u00bb\u00bf";
  private static final String[] DELIMITERS = {",", ",", ",", ";", "\t", "::", "||", ", ", "<|>"};

  /** Lines of real files: MovieLens, the TLC's zones, GTFS, a list of airports, a word list. */
  private static final String REAL =
      """
      movieId,title,genres
      11,"American President, The (1995)",Comedy|Drama|Romance
      156605,Paterson,(no genres listed)
      "LocationID","Borough","Zone","service_zone"
      264,"Unknown","N/A","N/A"
      stop_id,stop_name,stop_lat,stop_lon\r
      S1,"Gare ""du Nord""\",48.880,2.355\r
      # comment, "with a quote
      1,"Goroka Airport","Goroka","Papua New Guinea","GKA",-6.081689,145.391998,5282,10,"U",\\N
      caf\u00c3\u00a9,\u00e9t\u00e9,na\u00efve
      """;

  /** Returns the file of a seed. */
  public static CsvSoup of(long seed) {
    Random random = new Random(seed);
    CsvDialect dialect =
        CsvDialect.RFC_4180
            .withDelimiter(DELIMITERS[random.nextInt(DELIMITERS.length)])
            .withLineBreaksInQuotes(random.nextInt(3) > 0)
            .withEscape(random.nextInt(4) == 0 ? '\\' : CsvDialect.NONE)
            .withSkipped(new SkippedLines(skipped(random), comment(random)));
    String mark = random.nextInt(4) == 0 ? MARK : "";
    String text = random.nextInt(3) == 0 ? mutated(random, dialect) : soup(random, dialect);
    return new CsvSoup(mark + text, dialect);
  }

  private static int skipped(Random random) {
    return random.nextInt(4) == 0 ? random.nextInt(3) : 0;
  }

  private static @Nullable String comment(Random random) {
    return random.nextInt(3) == 0 ? (random.nextBoolean() ? "#" : "//") : null;
  }

  private static String soup(Random random, CsvDialect dialect) {
    String delimiter = dialect.delimiter();
    StringBuilder text = new StringBuilder();
    int pieces = random.nextInt(40);
    for (int i = 0; i < pieces; i++) {
      text.append(
          switch (random.nextInt(14)) {
            case 0, 1 -> lineEnd(random);
            case 2 -> "\"";
            case 3 -> "\"\"";
            case 4 -> delimiter + "\"";
            case 5 -> "\"" + delimiter;
            case 6, 7 -> delimiter;
            case 8 -> delimiter.substring(0, 1);
            case 9 -> random.nextInt(4) == 0 ? "\\" : "#";
            case 10 -> lineEnd(random) + (random.nextBoolean() ? "//" : "#");
            case 11 -> "\u00e9";
            default -> Integer.toString(random.nextInt(1_000));
          });
    }
    return text.toString();
  }

  /** Real lines with other delimiters and line ends, some bytes changed, and perhaps cut off. */
  private static String mutated(Random random, CsvDialect dialect) {
    String lines = REAL.replace(",", dialect.delimiter());
    StringBuilder text =
        new StringBuilder(random.nextBoolean() ? lines : lines.replace("\n", lineEnd(random)));
    int mutations = random.nextInt(4);
    for (int i = 0; i < mutations; i++) {
      int at = random.nextInt(text.length());
      char c = random.nextBoolean() ? "\",\r\n\\#:".charAt(random.nextInt(7)) : any(random);
      switch (random.nextInt(3)) {
        case 0 -> text.setCharAt(at, c);
        case 1 -> text.insert(at, c);
        default -> text.deleteCharAt(at);
      }
    }
    int start = random.nextInt(text.length());
    return random.nextBoolean()
        ? text.toString()
        : text.substring(start, start + random.nextInt(text.length() - start));
  }

  private static char any(Random random) {
    return (char) random.nextInt(256);
  }

  private static String lineEnd(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> "\n";
      case 1 -> "\r";
      default -> "\r\n";
    };
  }
}

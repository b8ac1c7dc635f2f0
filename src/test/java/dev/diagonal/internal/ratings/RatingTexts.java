package dev.diagonal.internal.ratings;

import dev.diagonal.files.TextFile;
import dev.diagonal.ratings.data.RatingFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Random texts of ratings in random formats: mostly plain lines, some odd, some bad. */
final class RatingTexts {

  /** Lines with their line ends, and how they are to be read. */
  record Text(RatingFormat format, TextFile file, List<String> lines) {}

  private static final String[] RATINGS = {"4", "4.5", "0.5", "3.25", "5.000", "123456.789", "10"};

  private static final String[] ODD = {
    "",
    " 4",
    "4 ",
    "-4",
    "+4.5",
    ".5",
    "4.",
    ".",
    "-",
    "4.5555",
    "4.12345678",
    "1000000",
    "1000000.000",
    "1000000.001",
    "9999999",
    "12345678.5",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "00000000000000000000000000001",
    "4.5.6",
    "4\r",
    "\r",
    "é",
    "４",
    "\"4.5\"",
    "\"7\"",
    "\"",
    "\"\"",
    "\"4\"x",
    "4\"",
    "\"4\"\"5\"",
    "\"a,b;c\"",
    "4\0",
    "1234567",
    "12345678",
    "123456789",
    "1234567890123456",
    "4/5",
    "4:5"
  };

  private static final String RUBBISH = "1.,;\"-\r é|\t";

  private final Random random;

  RatingTexts(Random random) {
    this.random = random;
  }

  /** Returns a text of any format, or in the most common one. */
  Text any() {
    return random.nextInt(3) == 0 ? nextPlain() : next();
  }

  private Text next() {
    char delimiter = pick(',', ',', ';', '\t', '|', ' ');
    RatingFormat format;
    TextFile file;
    if (random.nextBoolean()) {
      List<String> names = shuffled("userId", "movieId", "rating", "timestamp", "title", "x");
      names.removeAll(List.of("title", "x").subList(0, random.nextInt(3)));
      file = new TextFile("r.csv", String.join("" + delimiter, names));
      format = new RatingFormat(true, "" + delimiter, "movieId", "rating", "userId", "timestamp");
    } else {
      List<String> at = shuffled("1", "2", "3", "4", "5");
      boolean checked = random.nextBoolean();
      String none = RatingFormat.NONE;
      file = new TextFile("r.csv", null);
      format =
          new RatingFormat(
              false,
              "" + delimiter,
              at.get(0),
              at.get(1),
              checked ? at.get(2) : none,
              checked ? at.get(3) : none);
    }
    RatingLayout.Columns columns = RatingLayout.columnsOf(format, file);
    return new Text(
        format,
        file,
        Stream.generate(() -> line(columns, delimiter) + pick("\n", "\n", "\r\n"))
            .limit(1 + random.nextInt(8))
            .toList());
  }

  /**
   * Returns a text in the format of MovieLens, with users and times of all lengths: many lines in a
   * row have the same ones.
   */
  private Text nextPlain() {
    TextFile file = new TextFile("r.csv", "userId,movieId,rating,timestamp");
    List<String> lines = new ArrayList<>();
    String user = "1";
    String time = "2";
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      if (random.nextInt(3) == 0) {
        user = field(false);
      }
      if (random.nextInt(3) == 0) {
        time = field(false);
      }
      String rating =
          switch (random.nextInt(6)) {
            case 0 -> field(true);
            case 1 -> chars("/09:.;", 3);
            default -> chars("0123456789", 1) + pick(".0", ".5");
          };
      lines.add(String.join(",", user, field(false), rating, time) + pick("\n", "\n", "\r\n"));
    }
    return new Text(RatingFormat.MOVIELENS, file, lines);
  }

  private String line(RatingLayout.Columns columns, char delimiter) {
    int kind = random.nextInt(16);
    if (kind == 0) {
      return "";
    }
    if (kind == 1) {
      return chars(RUBBISH, random.nextInt(12));
    }
    int width = columns.fields() == 0 ? columns.last() + 1 : columns.fields();
    int fields = kind == 2 ? width + 1 : kind == 3 ? width - 1 : width;
    List<String> values = new ArrayList<>();
    for (int i = 0; i < fields; i++) {
      values.add(field(i == columns.rating()));
    }
    return String.join("" + delimiter, values);
  }

  private String field(boolean rating) {
    int kind = random.nextInt(40);
    if (kind < 2) {
      return pick(ODD);
    }
    if (kind == 2) {
      return chars("0123456789.", random.nextInt(14));
    }
    return rating
        ? pick(RATINGS)
        : chars("0123456789", 1 + random.nextInt(random.nextInt(4) == 0 ? 20 : 10));
  }

  private String chars(String from, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(from.charAt(random.nextInt(from.length())));
    }
    return text.toString();
  }

  @SafeVarargs
  private <T> T pick(T... values) {
    return values[random.nextInt(values.length)];
  }

  private List<String> shuffled(String... values) {
    List<String> list = new ArrayList<>(List.of(values));
    Collections.shuffle(list, random);
    return list;
  }
}

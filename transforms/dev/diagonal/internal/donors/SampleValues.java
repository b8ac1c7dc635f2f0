package dev.diagonal.internal.donors;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Random values for the columns of {@link GenerateFiles}. */
final class SampleValues {

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
  private final SplittableRandom random;

  SampleValues(SplittableRandom random) {
    this.random = random;
  }

  /** Returns a value for a column; one in twelve is empty. */
  String of(Table.Column column) {
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
      case TEXT, WORDS -> text(column.name());
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

  String any(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** Returns an id of 32 characters, the length of real ids. */
  static String id(char kind, int number) {
    long hash = (number + 1L) * 0x9E3779B97F4A7C15L;
    return kind + padded(hash >>> 8, 17) + padded(number, 14);
  }
}

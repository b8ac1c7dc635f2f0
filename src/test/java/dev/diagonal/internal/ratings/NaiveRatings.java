package dev.diagonal.internal.ratings;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a line of ratings means, written down as simply as can be: the oracle of the parsers. */
final class NaiveRatings {

  record Rating(long movie, BigDecimal rating) {}

  private NaiveRatings() {}

  /** Returns the rating of a line without its line end, or nothing if the line is bad. */
  static Optional<Rating> read(String line, char delimiter, RatingLayout.Columns columns) {
    List<String> fields = fields(line, delimiter);
    boolean count =
        columns.fields() == 0 ? fields.size() > columns.last() : fields.size() == columns.fields();
    if (!count
        || !isWhole(fields, columns.user())
        || !isWhole(fields, columns.timestamp())
        || !isWhole(fields, columns.movie())) {
      return Optional.empty();
    }
    String rating = fields.get(columns.rating());
    if (!rating.matches("[+-]?([0-9]+|[0-9]+\\.[0-9]{0,3}|\\.[0-9]{1,3})")) {
      return Optional.empty();
    }
    BigDecimal value = new BigDecimal(rating.endsWith(".") ? rating + "0" : rating);
    return value.abs().compareTo(BigDecimal.valueOf(1_000_000)) > 0
        ? Optional.empty()
        : Optional.of(new Rating(Long.parseLong(fields.get(columns.movie())), value));
  }

  private static boolean isWhole(List<String> fields, int column) {
    if (column < 0) {
      return true;
    }
    String field = fields.get(column);
    return field.matches("[+-]?[0-9]+") && new BigInteger(field).bitLength() < 64;
  }

  /** The fields, or none if the quotes are wrong. */
  private static List<String> fields(String line, char delimiter) {
    List<String> fields = new ArrayList<>();
    String rest = line;
    while (true) {
      StringBuilder field = new StringBuilder();
      if (rest.startsWith("\"")) {
        rest = rest.substring(1);
        while (!rest.isEmpty() && (rest.charAt(0) != '"' || rest.startsWith("\"\""))) {
          field.append(rest.charAt(0));
          rest = rest.substring(rest.charAt(0) == '"' ? 2 : 1);
        }
        if (rest.isEmpty()) {
          return List.of();
        }
        rest = rest.substring(1);
        if (!rest.isEmpty() && rest.charAt(0) != delimiter) {
          return List.of();
        }
      } else {
        while (!rest.isEmpty() && rest.charAt(0) != delimiter) {
          field.append(rest.charAt(0));
          rest = rest.substring(1);
        }
      }
      fields.add(field.toString());
      if (rest.isEmpty()) {
        return fields;
      }
      rest = rest.substring(1);
    }
  }
}

package dev.diagonal.internal.rows;

import static java.util.stream.Collectors.joining;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that the user probably meant. */
public final class NearestName {

  private static final int MOST_NAMES = 100;

  private NearestName() {}

  /**
   * Returns {@code ; did you mean 'x'?} for the {@linkplain #nearest nearest} known name or, if
   * none is near, {@code ; known are …}.
   */
  public static String hint(String given, Collection<String> known) {
    String suggestion = suggestion(given, known);
    if (!suggestion.isEmpty()) {
      return suggestion;
    }
    return known.isEmpty() ? "; there are none" : "; known are " + list(known);
  }

  /** Returns {@code ; did you mean 'x'?} for the nearest known name, or nothing if none is near. */
  public static String suggestion(String given, Collection<String> known) {
    return nearest(given, known).map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  /** Returns the names, the first {@value #MOST_NAMES} of them if there are more. */
  public static String list(Collection<String> names) {
    String shown = names.stream().limit(MOST_NAMES).collect(joining(", "));
    return names.size() <= MOST_NAMES
        ? shown
        : String.format(Locale.ROOT, "%s and %,d more", shown, names.size() - MOST_NAMES);
  }

  /**
   * Returns the known name with the fewest changes to the given one, letter case aside
   * (Levenshtein, <i>Binary codes capable of correcting deletions, insertions and reversals</i>,
   * 1966), unless more than a third of its letters would change.
   */
  public static Optional<String> nearest(String given, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt(name -> distance(given, name)))
        .filter(name -> distance(given, name) <= Math.max(1, (given.length() + 1) / 3));
  }

  private static int distance(String given, String known) {
    String a = given.toLowerCase(Locale.ROOT);
    String b = known.toLowerCase(Locale.ROOT);
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(previous[j - 1] + same, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}

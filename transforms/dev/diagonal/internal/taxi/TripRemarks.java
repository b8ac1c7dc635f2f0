package dev.diagonal.internal.taxi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a summary says about the columns of the files. Readers count each column under a name that
 * starts with {@link #MISSING} or {@link #UNKNOWN} in the namespace of {@link
 * dev.diagonal.internal.metrics.Counted}.
 */
public final class TripRemarks {

  /** Starts the name of the counter of a column that some file does not have. */
  static final String MISSING = "files_without_column:";

  /** Starts the name of the counter of a column of some file that trips do not have. */
  static final String UNKNOWN = "files_with_unknown_column:";

  /** How many columns are named at most. */
  static final int MOST = 20;

  private static final int SHOWN_CHARACTERS = 40;

  private TripRemarks() {}

  /**
   * Returns a line for each kind of column that was counted.
   *
   * @param counters the names of all counters of a run
   */
  public static List<String> of(Collection<String> counters) {
    List<String> remarks = new ArrayList<>();
    add(remarks, counters, MISSING, "columns that not every file has, null there: ");
    add(remarks, counters, UNKNOWN, "columns of files that were not loaded: ");
    return remarks;
  }

  private static void add(
      List<String> remarks, Collection<String> counters, String prefix, String text) {
    List<String> names =
        counters.stream()
            .filter(counter -> counter.startsWith(prefix))
            .map(counter -> counter.substring(prefix.length()))
            .distinct()
            .sorted()
            .toList();
    if (!names.isEmpty()) {
      String shown = names.stream().limit(MOST).collect(Collectors.joining(", "));
      remarks.add(text + shown + (names.size() > MOST ? ", …" : ""));
    }
  }

  /** Returns a name from a file as a terminal can show it. */
  static String shown(String name) {
    String clean = name.replaceAll("\\p{Cntrl}", "\uFFFD");
    return clean.length() <= SHOWN_CHARACTERS ? clean : clean.substring(0, SHOWN_CHARACTERS) + "…";
  }
}

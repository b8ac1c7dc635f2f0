package dev.diagonal.internal.taxi;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The remarks of a summary about the columns of the files. Readers count each column under a name
 * that starts with {@link #MISSING} or {@link #UNKNOWN}, in the namespace of {@link
 * dev.diagonal.internal.metrics.Counted}.
 */
public final class TripRemarks {

  /** The prefix of the counter of a column that some file lacks. */
  static final String MISSING = "files_without_column:";

  /** The prefix of the counter of a column of some file that trips do not have. */
  static final String UNKNOWN = "files_with_unknown_column:";

  /** The maximum number of named columns. */
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
    add(remarks, counters, MISSING, "columns that some files lack (null there): ");
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

  /** Returns a name from a file in a form that is safe for a terminal. */
  static String shown(String name) {
    String clean = name.replaceAll("\\p{Cntrl}", "\uFFFD");
    return clean.length() <= SHOWN_CHARACTERS ? clean : clean.substring(0, SHOWN_CHARACTERS) + "…";
  }
}

package dev.diagonal.internal.csv;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How many fields the first records of a file without a header have. The number that most of them
 * have is the file's: any single record may be bad, even the first.
 */
public final class FieldCounts {

  private final Map<Integer, Integer> records = new LinkedHashMap<>();

  /** Adds a record. */
  public void add(int fields) {
    records.merge(fields, 1, Integer::sum);
  }

  public boolean isEmpty() {
    return records.isEmpty();
  }

  /** Returns whether any record has this number of fields. */
  public boolean has(int fields) {
    return records.containsKey(fields);
  }

  /**
   * Returns the number of fields that most records have, the first such number if several tie; 0 if
   * there are no records.
   */
  public int most() {
    return records.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(0);
  }

  /** Returns the number of fields that most lines have; 0 if no line can be cut. */
  public static int most(List<String> lines, CsvFields splitter) {
    FieldCounts counts = new FieldCounts();
    for (String line : lines) {
      if (splitter.split(line) == null && splitter.count() > 0) {
        counts.add(splitter.count());
      }
    }
    return counts.most();
  }
}

package dev.diagonal.pipelines.plan;

import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with a file and with those it names, all of it, each with its line. */
public final class Mistakes {

  private final List<String> found = new ArrayList<>();

  /** Notes that something in a line of a file is wrong. */
  public void add(String file, int line, String message) {
    found.add("%s, line %d: %s".formatted(file, line, message));
  }

  /** Notes a mistake that knows its place. */
  void add(String message) {
    found.add(message);
  }

  /** Returns the mistakes, in the order in which they were found. */
  public List<String> all() {
    return List.copyOf(found);
  }

  /**
   * Does nothing if there is none.
   *
   * @throws UsageException with all of them, a line each
   */
  public void throwIfAny() {
    if (found.size() == 1) {
      throw new UsageException(found.get(0));
    } else if (!found.isEmpty()) {
      throw new UsageException(found.size() + " mistakes\n  " + String.join("\n  ", found));
    }
  }
}

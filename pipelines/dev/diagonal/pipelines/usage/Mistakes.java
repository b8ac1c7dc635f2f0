package dev.diagonal.pipelines.usage;

import dev.diagonal.internal.fault.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects all mistakes of a command line, or of a file and those it names, one line each. */
public final class Mistakes {

  private final List<String> found = new ArrayList<>();

  /** Notes a mistake in a line of a file. */
  public void add(String file, int line, String message) {
    add("%s, line %s: %s".formatted(file, line, message));
  }

  /** Notes a mistake whose message names its place. */
  public void add(String message) {
    if (!found.contains(message)) {
      found.add(message);
    }
  }

  /** Runs a check, and notes the message of its exception. */
  public void attempt(Runnable check) {
    try {
      check.run();
    } catch (UsageException | IllegalArgumentException e) {
      addAll(e);
    }
  }

  private void addAll(RuntimeException refused) {
    String message = Reason.of(refused);
    if (message.matches("\\d+ mistakes(?s)\n.*")) {
      message.lines().skip(1).map(String::strip).forEach(this::add);
    } else {
      add(message);
    }
  }

  /** Returns a value, or null if creating it fails, and notes the message of the exception. */
  public <T> @Nullable T value(Supplier<T> maker) {
    try {
      return maker.get();
    } catch (UsageException | IllegalArgumentException e) {
      addAll(e);
      return null;
    }
  }

  /** Returns the mistakes, in the order in which they were found. */
  public List<String> all() {
    return List.copyOf(found);
  }

  /**
   * Throws the mistakes, if any.
   *
   * @throws UsageException with all of them, one line each
   */
  public void throwIfAny() {
    if (found.size() == 1) {
      throw new UsageException(found.get(0));
    } else if (!found.isEmpty()) {
      throw new UsageException(found.size() + " mistakes\n  " + String.join("\n  ", found));
    }
  }
}

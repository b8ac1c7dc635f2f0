package dev.diagonal.pipelines.dryrun;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a dry run has found. Not thread-safe. */
public final class Findings {

  private final List<String> lines = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();

  /**
   * What the run would fail with.
   *
   * @param words rewrites its message for the reader of a plan, or the identity
   */
  public record Fault(Throwable thrown, UnaryOperator<String> words) {}

  /** Looks at something without changing it. */
  @FunctionalInterface
  public interface Look<T> {

    /**
     * Returns what it has found.
     *
     * @throws Exception what the run would fail with
     */
    T at() throws Exception;
  }

  /** Adds a line for the user. */
  public void say(String line) {
    lines.add(line);
  }

  /** Adds what the run would fail with. */
  public void refuse(Throwable fault) {
    refuse(fault, UnaryOperator.identity());
  }

  /** Adds what the run would fail with, and what rewrites its message. */
  public void refuse(Throwable fault, UnaryOperator<String> words) {
    faults.add(new Fault(fault, words));
  }

  /**
   * Looks at something, and adds the line that it returns.
   *
   * @return whether it succeeded; if not, its fault is added
   */
  public boolean check(Look<String> look) throws InterruptedException {
    String line = find(look);
    if (line != null) {
      say(line);
    }
    return line != null;
  }

  /** Looks at something; returns null if that failed, and then adds its fault. */
  public <T> @Nullable T find(Look<T> look) throws InterruptedException {
    try {
      return look.at();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | Error e) {
      refuse(e);
      return null;
    }
  }

  /** Adds the first rows as they would be written. */
  public void rows(String of, ShownRows rows) {
    lines.add("rows:    the first %s of %s, as they would be written:".formatted(rows.count(), of));
    rows.lines().forEach(line -> lines.add("         " + line));
  }

  /** Looks at the first rows, and adds them as they would be written. */
  public void rows(String of, Look<ShownRows> look) throws InterruptedException {
    ShownRows found = find(look);
    if (found != null) {
      rows(of, found);
    }
  }

  /** Adds what others have found. */
  public void add(Findings others) {
    lines.addAll(others.lines);
    faults.addAll(others.faults);
  }

  /** Returns the lines for the user. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  /** Returns what the run would fail with; nothing if all is well. */
  public List<Fault> faults() {
    return List.copyOf(faults);
  }
}

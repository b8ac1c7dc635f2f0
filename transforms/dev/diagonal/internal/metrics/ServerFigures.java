package dev.diagonal.internal.metrics;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server counted while a run used it, for all of its clients. Not thread-safe: {@link
 * RunRecorder} guards it.
 */
public final class ServerFigures {

  /** Asks a server what it has counted so far; names end with their unit. */
  @FunctionalInterface
  public interface Probe {
    Map<String, Long> read() throws Exception;
  }

  private final Probe probe;
  private Map<String, Long> before = Map.of();
  private Map<String, Long> after = Map.of();
  private @Nullable String gap;

  ServerFigures(Probe probe) {
    this.probe = probe;
  }

  void readBefore() {
    before = read();
  }

  void readAfter() {
    after = read();
  }

  private Map<String, Long> read() {
    try {
      return probe.read();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      gap = "interrupted";
    } catch (Exception e) {
      gap = String.valueOf(e.getMessage());
    }
    return Map.of();
  }

  /** Returns by how much the counts grew; empty if they could not be read twice. */
  public Map<String, Long> grown() {
    Map<String, Long> grown = new LinkedHashMap<>();
    after.forEach(
        (name, count) -> {
          Long first = before.get(name);
          if (first != null) {
            grown.put(name, count - first);
          }
        });
    return grown;
  }

  /** Returns why some could not be read, or null. */
  public @Nullable String gap() {
    return gap;
  }
}

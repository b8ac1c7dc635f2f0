package dev.diagonal.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files and pages that show what was measured. With the system property {@code
 * diagonal.benchmark.dry} ({@code bin/benchmark --dry}) they stay as they are.
 */
final class ResultPages {

  private ResultPages() {}

  private static boolean isDry() {
    return Boolean.getBoolean("diagonal.benchmark.dry");
  }

  /** Writes a file of results. */
  static void write(Path file, CharSequence text) throws IOException {
    if (!isDry()) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, text);
    }
  }

  /** Puts a text between the two marks of a page, if the page has them. */
  static void between(Path page, String mark, CharSequence text) throws IOException {
    String before = Files.readString(page);
    int from = before.indexOf(mark) + mark.length();
    int to = before.indexOf(mark, from);
    if (to > from && !isDry()) {
      Files.writeString(page, before.substring(0, from) + "\n" + text + before.substring(to));
    }
  }
}

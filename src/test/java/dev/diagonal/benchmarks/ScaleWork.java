package dev.diagonal.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A command that is measured at several sizes: its data, its options, and how to check it. */
interface ScaleWork extends AutoCloseable {

  /** Where data lies that is made once. */
  Path DATA = Path.of("target", "scale").toAbsolutePath();

  /** What one server has done so far; zeroes where there is none. */
  record ServerSeen(double cpuSeconds, long logBytes) {}

  String command();

  /** How many there are at 1x. */
  long unit();

  /** Makes the data of so many rows, unless it is there. */
  ScaleInput prepare(long rows) throws Exception;

  /** Takes away what the last run has left. */
  void clear() throws Exception;

  /**
   * Fails unless the result is that of the data.
   *
   * @param summary of the run
   * @return bytes of the files that were written
   */
  long check(ScaleInput input, JsonNode summary) throws Exception;

  default ServerSeen serverSeen() throws Exception {
    return new ServerSeen(0, 0);
  }

  @Override
  default void close() throws Exception {}

  /** Reads files once, so that they are in the file cache; returns their bytes. */
  static long readThrough(List<Path> files) throws IOException {
    long bytes = 0;
    for (Path file : files) {
      try (var in = Files.newInputStream(file)) {
        bytes += in.transferTo(OutputStream.nullOutputStream());
      }
    }
    return bytes;
  }

  /** Fails unless both are equal. */
  static void same(String what, long found, long expected) {
    if (found != expected) {
      throw new IllegalStateException(what + ": " + found + " in place of " + expected);
    }
  }

  /** Deletes a directory of files, if it is there. */
  static void deleteFiles(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (var files = Files.list(directory)) {
      files.forEach(
          file -> {
            try {
              Files.delete(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    Files.delete(directory);
  }
}

package dev.diagonal.write;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResolveOptions.StandardResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;

/**
 * A text file that appears as a whole, in place of an earlier one, or not at all: it is written
 * beside its place, under a name of its own, and then renamed.
 *
 * @param file its place
 */
record WholeFile(ResourceId file) {

  /** Writes all of a file; need not close what it is given. */
  interface Content {
    void writeTo(WritableByteChannel out) throws IOException;
  }

  /** Returns the file of this path. */
  static WholeFile at(String path) {
    return new WholeFile(FileSystems.matchNewResource(path, false));
  }

  /** Returns the file of this name in a directory. */
  static WholeFile in(String directory, String name) {
    return new WholeFile(
        FileSystems.matchNewResource(directory, true)
            .resolve(name, StandardResolveOptions.RESOLVE_FILE));
  }

  /**
   * Writes it, with the directories that are missing; if that fails, what there was stays.
   *
   * @throws IOException with the place, if it cannot be written
   * @throws RuntimeException what {@code content} threw, unchanged
   */
  void write(Content content) throws IOException {
    ResourceId partial =
        file.getCurrentDirectory()
            .resolve(
                "." + file.getFilename() + "." + UUID.randomUUID() + ".partial",
                StandardResolveOptions.RESOLVE_FILE);
    try {
      try (WritableByteChannel out = FileSystems.create(partial, "text/plain")) {
        content.writeTo(out);
      }
      FileSystems.rename(List.of(partial), List.of(file));
    } catch (IOException e) {
      delete(partial, e);
      throw new IOException("cannot write " + file + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      delete(partial, e);
      throw e;
    }
  }

  private static void delete(ResourceId partial, Exception after) {
    try {
      FileSystems.delete(List.of(partial), StandardMoveOptions.IGNORE_MISSING_FILES);
    } catch (IOException e) {
      after.addSuppressed(e);
    }
  }
}

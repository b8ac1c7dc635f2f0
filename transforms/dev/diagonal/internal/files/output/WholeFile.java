package dev.diagonal.internal.files.output;

import dev.diagonal.files.stored.OutputRun;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file that appears atomically and replaces an earlier one: a hidden part beside it is
 * written and then renamed. Compressed if its name implies that. A stream is written to directly.
 */
public final class WholeFile {

  private final RunFiles files;
  private final @Nullable String name;

  private WholeFile(RunFiles files, @Nullable String name) {
    this.files = files;
    this.name = name;
  }

  /** Writes the whole content; need not close the stream. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Returns the file of this path, in a run of its own. */
  public static WholeFile at(String path) {
    return of(RunFiles.at(path, OutputRun.alone()));
  }

  /** Returns the target of a run. */
  public static WholeFile of(RunFiles files) {
    return new WholeFile(files, null);
  }

  /** Returns the file of this name in the directory of a run. */
  public static WholeFile of(RunFiles files, String name) {
    return new WholeFile(files, name);
  }

  /**
   * Writes the file, and creates missing directories. If that fails, an earlier file stays.
   *
   * @throws IOException with the place, if it cannot be written
   * @throws RuntimeException what {@code content} threw, unchanged
   */
  public void write(Content content) throws IOException {
    try {
      if (files.isStream()) {
        writeAll(content, files.openStream());
      } else {
        writeAndPublish(content);
      }
    } catch (IOException e) {
      throw RunFiles.cannotWrite(place(), e);
    }
  }

  private String place() {
    return name == null ? files.path() : files.path() + "/" + name;
  }

  private void writeAll(Content content, OutputStream to) throws IOException {
    try (to;
        OutputStream out = OutputCompression.of(place(), to)) {
      content.writeTo(out);
    }
  }

  private void writeAndPublish(Content content) throws IOException {
    RunFiles.Part part = files.create("whole");
    try {
      writeAll(content, part.out());
      if (name == null) {
        files.publish(part.name());
      } else {
        files.publish(part.name(), name);
      }
    } catch (IOException | RuntimeException e) {
      try {
        files.delete(List.of(part.name()));
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }
}

package dev.diagonal.internal.files.output;

import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.files.stored.PartNames;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.jspecify.annotations.Nullable;

/**
 * The files of a run at one target: hidden parts while they are written, and the target once one of
 * them is published.
 *
 * <p>Every attempt writes to its own parts, whose names are not shared before they are complete. An
 * attempt that its runner has abandoned, but that continues, can publish nothing after the run is
 * over: its parts are deleted then, and it can create no others.
 */
public final class RunFiles implements Serializable {

  private static final int CHUNK_BYTES = 1 << 16;

  private final String path;
  private final @Nullable String label;
  private final OutputRun run;

  private RunFiles(String path, @Nullable String label, OutputRun run) {
    this.path = path;
    this.label = label;
    this.run = run;
  }

  /** Returns the files of a run whose target is this file. */
  public static RunFiles at(String path, OutputRun run) {
    return new RunFiles(path, null, run);
  }

  /**
   * Returns the files of a run whose targets are files in a directory.
   *
   * @param label the prefix of the names of the parts
   */
  public static RunFiles in(String directory, String label, OutputRun run) {
    return new RunFiles(directory, label, run);
  }

  /**
   * A part.
   *
   * @param name its name, which the publishing step needs
   * @param out its content; compresses nothing
   */
  public record Part(String name, OutputStream out) {}

  /** Returns the directory of the parts and the target. */
  Folder folder() {
    OutputPlace place = OutputPlace.of(path);
    return switch (place.kind()) {
      case FILE -> {
        Path local = Objects.requireNonNull(place.local());
        yield new LocalFolder(label == null ? parentOf(local) : local);
      }
      case STANDARD_OUTPUT, STREAM ->
          new LocalFolder(Path.of(System.getProperty("java.io.tmpdir")));
      case REMOTE -> {
        ResourceId id = FileSystems.matchNewResource(path, label != null);
        yield new RemoteFolder(label == null ? id.getCurrentDirectory() : id);
      }
    };
  }

  private static Path parentOf(Path file) {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  /** Returns the name of the target, if there is one. */
  String target() {
    OutputPlace place = OutputPlace.of(path);
    return switch (place.kind()) {
      case FILE, STREAM -> String.valueOf(Objects.requireNonNull(place.local()).getFileName());
      case STANDARD_OUTPUT -> "stdout";
      case REMOTE -> String.valueOf(FileSystems.matchNewResource(path, false).getFilename());
    };
  }

  String label() {
    return label == null ? PartNames.label(target()) : label;
  }

  OutputRun run() {
    return run;
  }

  /** Returns the path as the user wrote it. */
  String path() {
    return path;
  }

  /** Returns whether the target is written to directly, so that it cannot appear atomically. */
  public boolean isStream() {
    return label == null && OutputPlace.of(path).isStream();
  }

  String nameOf(String kind) {
    return PartNames.of(label(), run.id(), kind);
  }

  /**
   * Creates a part for an attempt.
   *
   * @param kind {@code whole}, or {@code part-} and a number
   * @throws IOException if it cannot be created, or the run is over
   */
  public Part create(String kind) throws IOException {
    String name = nameOf(kind + "." + OutputRun.newId());
    checkNotOver();
    return new Part(name, folder().create(name));
  }

  /** Returns the path of a part of a local target. */
  Path local(String part) {
    return ((LocalFolder) folder()).directory().resolve(part);
  }

  /** Opens a part that is complete. */
  public ReadableByteChannel open(String part) throws IOException {
    return folder().open(part);
  }

  /** Returns a part with the content of others, one after another. */
  public String join(List<String> parts) throws IOException {
    String name = nameOf("whole." + OutputRun.newId());
    checkNotOver();
    Folder folder = folder();
    if (parts.size() == 1 && folder.link(parts.get(0), name)) {
      return name;
    }
    try (OutputStream out = folder.create(name)) {
      copy(parts, out);
    }
    return name;
  }

  /** Copies parts, one after another. */
  public void copy(List<String> parts, OutputStream out) throws IOException {
    WritableByteChannel to = Channels.newChannel(out);
    for (String part : parts) {
      try (ReadableByteChannel in = open(part)) {
        copy(in, to);
      }
    }
  }

  private static void copy(ReadableByteChannel in, WritableByteChannel out) throws IOException {
    if (in instanceof FileChannel file) {
      for (long at = 0; at < file.size(); ) {
        at += file.transferTo(at, file.size() - at, out);
      }
      return;
    }
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    while (in.read(chunk) >= 0) {
      chunk.flip();
      while (chunk.hasRemaining()) {
        int unused = out.write(chunk);
      }
      chunk.clear();
    }
  }

  /** Publishes a complete part as the target. */
  public void publish(String part) throws IOException {
    if (!run.announced()) {
      deleteOtherAttempts(folder(), part);
    }
    publish(part, target());
    if (run.announced()) {
      markDone();
    }
  }

  /** Publishes a complete part as a file of this name in the directory. */
  public void publish(String part, String name) throws IOException {
    checkNotOver();
    folder().publish(part, name);
  }

  /** Without a hold that marks the end of the run, the first attempt to publish ends the others. */
  private void deleteOtherAttempts(Folder folder, String part) throws IOException {
    String kind = part.substring(0, part.lastIndexOf('.') + 1);
    for (Folder.Entry entry : folder.entries()) {
      if (entry.name().startsWith(kind) && !entry.name().equals(part)) {
        folder.delete(entry.name());
      }
    }
  }

  /** Returns a failure that names the place that cannot be written. */
  public static IOException cannotWrite(String place, IOException cause) {
    String reason =
        cause.getClass() == IOException.class
            ? cause.getMessage()
            : cause.getClass().getSimpleName() + ": " + cause.getMessage();
    return new IOException("cannot write " + place + ": " + reason, cause);
  }

  /** Opens the target if it is a stream. */
  public OutputStream openStream() throws IOException {
    return OutputPlace.of(path).openStream();
  }

  /** Notes that the target is complete, for an attempt that repeats what another one has done. */
  public void markDone() throws IOException {
    Folder folder = folder();
    if (!isDone()) {
      folder.create(nameOf("done")).close();
    }
  }

  /** Returns whether an attempt of this run has completed the target. */
  public boolean isDone() throws IOException {
    return folder().exists(nameOf("done"));
  }

  /** Deletes parts, which may be missing. */
  public void delete(List<String> parts) throws IOException {
    Folder folder = folder();
    for (String part : parts) {
      folder.delete(part);
    }
  }

  /** Deletes files of the directory whose names are accepted, except parts of runs. */
  public void deletePublished(Predicate<String> names) throws IOException {
    Folder folder = folder();
    for (Folder.Entry entry : folder.entries()) {
      if (!PartNames.isPart(entry.name()) && names.test(entry.name())) {
        folder.delete(entry.name());
      }
    }
  }

  private void checkNotOver() throws IOException {
    if (run.announced() ? !folder().exists(nameOf("run")) : isDone()) {
      throw new IOException(
          "the run that writes %s is over%s"
              .formatted(
                  path,
                  run.announced()
                      ? ", or this worker does not see the directory that the launcher sees"
                      : ""));
    }
  }
}

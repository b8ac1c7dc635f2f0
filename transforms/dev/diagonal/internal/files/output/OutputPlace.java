package dev.diagonal.internal.files.output;

import dev.diagonal.internal.fault.Reason;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The place of an output.
 *
 * @param path as the user wrote it
 * @param kind the kind of place
 * @param local the file with all links followed, which may be missing; null unless it is local
 */
public record OutputPlace(String path, Kind kind, @Nullable Path local) {

  /** The kind of place. */
  public enum Kind {
    /** A local file, which is replaced atomically. */
    FILE,
    /** The standard output of this process. */
    STANDARD_OUTPUT,
    /** A named pipe or a device, which is written to directly. */
    STREAM,
    /** A file of another file system, which Beam finds by its scheme. */
    REMOTE
  }

  /** The path of the standard output, as in other commands. */
  public static final String STANDARD_OUTPUT = "-";

  private static final Set<String> STANDARD_OUTPUTS =
      Set.of(STANDARD_OUTPUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1");

  private static final int MOST_LINKS = 40;

  /**
   * Returns the place of a path.
   *
   * @throws java.nio.file.InvalidPathException if it is not a valid path
   * @throws UncheckedIOException if the file system cannot be accessed
   */
  public static OutputPlace of(String path) {
    if (STANDARD_OUTPUTS.contains(path)) {
      return new OutputPlace(path, Kind.STANDARD_OUTPUT, null);
    }
    Path local = localPath(path);
    if (local == null) {
      return new OutputPlace(path, Kind.REMOTE, null);
    }
    try {
      return isStream(local)
          ? new OutputPlace(path, Kind.STREAM, local.toAbsolutePath())
          : new OutputPlace(path, Kind.FILE, real(local));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + path + ": " + Reason.ofFile(e), e);
    }
  }

  /** Returns a local path, or null if the text names another file system by its scheme. */
  static @Nullable Path localPath(String path) {
    if (path.startsWith("file:")) {
      return Path.of(URI.create(path));
    }
    return path.contains("://") ? null : Path.of(path);
  }

  private static boolean isStream(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class).isOther();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      return false; // its parent is not a directory: creating the file fails
    }
  }

  /** Follows all links of a path, including the last one even if its file is missing. */
  private static Path real(Path path) throws IOException {
    Path at = path.toAbsolutePath();
    for (int links = 0; links < MOST_LINKS; links++) {
      if (Files.exists(at)) {
        return at.toRealPath();
      }
      if (!Files.isSymbolicLink(at)) {
        Path parent = at.getParent();
        Path name = at.getFileName();
        return parent == null || name == null ? at : real(parent).resolve(name).normalize();
      }
      at = at.resolveSibling(Files.readSymbolicLink(at));
    }
    throw new IOException("too many levels of symbolic links");
  }

  /** Returns whether it is written to directly, so that it cannot appear atomically. */
  public boolean isStream() {
    return kind == Kind.STREAM || kind == Kind.STANDARD_OUTPUT;
  }

  /** Returns an identity that is equal for two outputs if and only if they are the same place. */
  public String identity() {
    return switch (kind) {
      case STANDARD_OUTPUT -> STANDARD_OUTPUT;
      case REMOTE -> path;
      case FILE, STREAM -> String.valueOf(local);
    };
  }

  /**
   * Opens a stream.
   *
   * @throws IllegalStateException if it is a file
   */
  OutputStream openStream() throws IOException {
    return switch (kind) {
      case STANDARD_OUTPUT -> new StandardOutput(System.out);
      case STREAM -> Files.newOutputStream(Path.of(path), StandardOpenOption.WRITE);
      case FILE, REMOTE -> throw new IllegalStateException(path + " is a file");
    };
  }
}

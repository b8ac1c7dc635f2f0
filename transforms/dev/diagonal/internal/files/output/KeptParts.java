package dev.diagonal.internal.files.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.files.stored.PartNames;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The finished parts of a local file whose run was interrupted. A later run writes only the others.
 * The parts are in a hidden directory beside the file. Each has an entry: a file that appears when
 * the part is complete on the disk, and holds its size and checksum. A part without an entry, or
 * with other bytes, does not count.
 *
 * <p>A part is a hard link to the file that the run has written, or a copy if the file system has
 * no links. Immutable; may be used by several processes for different parts.
 *
 * @param directory the hidden directory
 */
public record KeptParts(String directory) implements Serializable {

  private static final int CHUNK_BYTES = 1 << 18;
  private static final String MANIFEST = "manifest";

  /**
   * A part.
   *
   * @param name its name in the directory
   * @param bytes its size
   * @param crc the CRC-32C of its bytes
   * @param more what the writer of the part has noted: one line
   */
  public record Part(String name, long bytes, long crc, String more) {}

  /**
   * Returns the parts of a file.
   *
   * @throws IllegalArgumentException if it is not a local file that appears atomically
   */
  public static KeptParts of(String path) {
    OutputPlace place = OutputPlace.of(path);
    if (place.kind() != OutputPlace.Kind.FILE) {
      throw new IllegalArgumentException(
          "finished parts are kept only of local files, not of '%s': remove --resume"
              .formatted(path));
    }
    Path file = Objects.requireNonNull(place.local());
    String name = "." + PartNames.label(String.valueOf(file.getFileName())) + ".diagonal-kept";
    return new KeptParts(file.resolveSibling(name).toString());
  }

  private Path in(String name) {
    return Path.of(directory, name);
  }

  /**
   * Locks the directory, and creates it if it is missing.
   *
   * @return the lock, or null if this or another process has it
   */
  public @Nullable DirectoryLock lock() throws IOException {
    return DirectoryLock.take(Path.of(directory));
  }

  /** Returns what {@link #begin} has written, or null. */
  public @Nullable String manifest() throws IOException {
    return readIfThere(in(MANIFEST));
  }

  /** Writes what identifies the run, and deletes the parts of other runs. */
  public void begin(String manifest) throws IOException {
    deleteFiles(false);
    write(MANIFEST, manifest);
  }

  /** Returns how many parts are finished. */
  public int count() throws IOException {
    int count = 0;
    try (var files = Files.newDirectoryStream(Path.of(directory), "*.entry")) {
      for (Path unused : files) {
        count++;
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return 0;
    }
    return count;
  }

  /** Returns a finished part, or null if it is missing, or its bytes are not those of its entry. */
  public @Nullable Part find(int range) throws IOException {
    String entry = readIfThere(in(entryOf(range)));
    if (entry == null) {
      return null;
    }
    String[] fields = entry.split(" ", 4);
    Part part =
        new Part(fields[0], Long.parseLong(fields[1]), Long.parseLong(fields[2], 16), fields[3]);
    Path file = in(part.name());
    return Files.isRegularFile(file)
            && Files.size(file) == part.bytes()
            && crcOf(file) == part.crc()
        ? part
        : null;
  }

  /**
   * Keeps a complete part of a run.
   *
   * @param more what {@link #find} returns with the part, one line
   */
  public void add(RunFiles files, String part, int range, String more) throws IOException {
    Path written = files.local(part);
    try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    String name = "part-%s.%s".formatted(range, OutputRun.newId());
    linkOrCopy(written, in(name));
    write(
        entryOf(range), "%s %s %08x %s".formatted(name, Files.size(written), crcOf(written), more));
  }

  /** Returns the name of a new part of a run with the bytes of a kept one. */
  public String use(RunFiles files, Part part, int range) throws IOException {
    RunFiles.Part empty = files.create("part-" + range);
    empty.out().close();
    Path target = files.local(empty.name());
    Files.delete(target);
    linkOrCopy(in(part.name()), target);
    return empty.name();
  }

  private static String entryOf(int range) {
    return "part-%s.entry".formatted(range);
  }

  static void linkOrCopy(Path existing, Path name) throws IOException {
    try {
      Files.createLink(name, existing);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.copy(existing, name); // a file system without links
    }
  }

  /** Writes a small file that appears with all its bytes, or not at all. */
  private void write(String name, String text) throws IOException {
    Path hidden = in("%s.%s".formatted(name, OutputRun.newId()));
    try (FileChannel channel =
        FileChannel.open(hidden, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        int unused = channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(
        hidden, in(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel whole = FileChannel.open(Path.of(directory), StandardOpenOption.READ)) {
      whole.force(true);
    }
  }

  private static @Nullable String readIfThere(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return null;
    }
  }

  private static long crcOf(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(chunk.clear()) >= 0) {
        crc.update(chunk.flip());
      }
    }
    return crc.getValue();
  }

  /** Deletes the directory, which must be locked: the lock last, and then another run may begin. */
  public void delete() throws IOException {
    deleteFiles(false);
    deleteFiles(true);
    try {
      Files.deleteIfExists(Path.of(directory));
    } catch (DirectoryNotEmptyException e) {
      // Another run has begun.
    }
  }

  private void deleteFiles(boolean locks) throws IOException {
    try (var files = Files.newDirectoryStream(Path.of(directory))) {
      for (Path file : files) {
        if (DirectoryLock.isLock(file) == locks) {
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      // There is nothing to delete.
    }
  }
}

package dev.diagonal.internal.files.output;

import dev.diagonal.files.stored.OutputRun;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a directory: a file in it that one process keeps locked, and may delete with the
 * directory. The directory appears with the file, whose name is never used again. So a process that
 * has opened the file and locks it after it was deleted notices that the name is gone.
 */
public final class DirectoryLock implements AutoCloseable {

  private static final String PREFIX = "lock";

  /** Each attempt but the last has failed because another process has locked or deleted it. */
  private static final int MOST_ATTEMPTS = 1_000;

  /**
   * The locks of this JVM. By POSIX rules, this JVM would lose a lock by opening and closing the
   * file again, by whichever path.
   */
  private static final Set<Identity> HERE = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final Identity identity;
  private @Nullable FileChannel channel;

  private DirectoryLock(Path file, Identity identity) {
    this.file = file;
    this.identity = identity;
  }

  /**
   * A file, by whichever path it was found. A file system may use the key of a deleted file again,
   * but no process uses its name again.
   *
   * @param key its device and inode, or its real path where a file system has no such keys
   */
  private record Identity(Object key, String name) {
    static Identity of(Path file) throws IOException {
      Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return new Identity(key == null ? file : key, nameOf(file));
    }
  }

  /** Returns whether a file of a directory is its lock. */
  static boolean isLock(Path file) {
    return nameOf(file).startsWith(PREFIX);
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }

  /**
   * Locks a directory, and creates it if it is missing.
   *
   * @return the lock, or null if this or another process has it
   */
  static @Nullable DirectoryLock take(Path directory) throws IOException {
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      Path file = find(directory);
      if (file == null) {
        create(directory);
        continue;
      }
      Identity identity;
      try {
        identity = Identity.of(file);
      } catch (NoSuchFileException e) {
        continue; // Its holder has just deleted it.
      }
      if (!HERE.add(identity)) {
        return null;
      }
      DirectoryLock lock = new DirectoryLock(file, identity);
      boolean taken = false;
      try {
        boolean free = lock.tryLock();
        taken = free && Files.exists(file);
        if (taken || !free) {
          return taken ? lock : null;
        }
      } catch (NoSuchFileException e) {
        // Its holder has just deleted it.
      } finally {
        if (!taken) {
          lock.close();
        }
      }
    }
    throw new IOException(
        "%s has files, but none to lock: delete it if no transfer uses it".formatted(directory));
  }

  /** Returns the real path of the lock of a directory; null if there is none. */
  private static @Nullable Path find(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
      Iterator<Path> found = files.iterator();
      return found.hasNext() ? found.next().toRealPath() : null;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Creates a directory with its lock, unless there is one with files. */
  private static void create(Path directory) throws IOException {
    Path made = directory.resolveSibling(nameOf(directory) + "." + OutputRun.newId());
    Files.createDirectories(made);
    Path lock = Files.createFile(made.resolve(PREFIX + "-" + OutputRun.newId()));
    boolean moved = false;
    try {
      Path unused = Files.move(made, directory, StandardCopyOption.ATOMIC_MOVE);
      moved = true;
    } catch (FileSystemException e) {
      if (isOther(directory)) {
        throw new NotDirectoryException(directory.toString());
      }
      // Another process has been faster.
    } finally {
      if (!moved) {
        Files.delete(lock);
        Files.delete(made);
      }
    }
  }

  /** Returns whether a path is something other than a directory: one question, one answer. */
  private static boolean isOther(Path path) throws IOException {
    try {
      return !Files.readAttributes(path, BasicFileAttributes.class).isDirectory();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private boolean tryLock() throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.WRITE);
    return channel.tryLock() != null;
  }

  /** Ends the lock. */
  @Override
  public void close() throws IOException {
    try {
      if (channel != null) {
        channel.close();
      }
    } finally {
      HERE.remove(identity);
    }
  }
}

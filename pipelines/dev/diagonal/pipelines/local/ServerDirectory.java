package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory of one server: its data, configuration and log. A temporary directory is deleted on
 * close; a kept one is locked against a second server until then.
 */
final class ServerDirectory implements AutoCloseable {

  private final String serverName;
  private final Path path;
  private final Optional<FileChannel> lock;

  private ServerDirectory(String serverName, Path path, Optional<FileChannel> lock) {
    this.serverName = serverName;
    this.path = path;
    this.lock = lock;
  }

  static ServerDirectory of(Optional<Path> kept, String serverName) {
    try {
      return kept.isPresent()
          ? kept(serverName, kept.get().toAbsolutePath().normalize())
          : new ServerDirectory(
              serverName,
              Files.createTempDirectory("diagonal-" + serverName + "-").toRealPath(),
              Optional.empty());
    } catch (IOException e) {
      throw new EmbeddedServersException("no directory for " + serverName + ": " + e, e);
    }
  }

  private static ServerDirectory kept(String serverName, Path path) throws IOException {
    Files.createDirectories(path);
    FileChannel channel =
        FileChannel.open(
            path.resolve("in-use.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return new ServerDirectory(serverName, path, Optional.of(channel));
      }
    } catch (OverlappingFileLockException e) {
      // Another server of this JVM uses it.
    }
    channel.close();
    throw new EmbeddedServersException(
        "data directory " + path + " is in use by another running server: stop that one first");
  }

  /** Returns the name of the server in messages. */
  String serverName() {
    return serverName;
  }

  Path path() {
    return path;
  }

  boolean isTemporary() {
    return lock.isEmpty();
  }

  @Override
  public void close() {
    try {
      if (lock.isPresent()) {
        lock.get().close();
      } else {
        deleteTree(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a directory and its contents, if it exists. */
  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(root)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}

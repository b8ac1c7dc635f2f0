package dev.diagonal.internal.files.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryLockTest {

  private static final int PROCESSES = 3;
  private static final int ROUNDS = 3_000;

  private final KeptParts parts;

  DirectoryLockTest(@TempDir Path directory) {
    this.parts = new KeptParts(directory.resolve("kept").toString());
  }

  @Test
  void aHeldDirectoryIsNotLockedAgain() throws IOException {
    try (DirectoryLock first = parts.lock()) {
      assertThat(first).isNotNull();
      assertThat(parts.lock()).isNull();
    }
    try (DirectoryLock next = parts.lock()) {
      assertThat(next).isNotNull();
    }
  }

  /** Earlier versions gave all locks the same name. */
  @Test
  void locksOfTheSameNameAreDifferent() throws IOException {
    Path kept = Path.of(parts.directory());
    Files.createDirectories(kept);
    Files.createFile(kept.resolve("lock"));
    Path other = Files.createDirectories(kept.resolveSibling("other"));
    Files.createFile(other.resolve("lock"));
    Path link = Files.createSymbolicLink(kept.resolveSibling("link"), kept);
    try (DirectoryLock first = parts.lock();
        DirectoryLock second = new KeptParts(other.toString()).lock()) {
      assertThat(first).isNotNull();
      assertThat(second).isNotNull();
      assertThat(new KeptParts(link.toString()).lock()).isNull();
    }
  }

  /** As a directory that is mounted in two places: the same file, at paths without links. */
  @Test
  void aLockAtTwoPathsIsOneLock() throws IOException {
    Path kept = Path.of(parts.directory());
    try (DirectoryLock first = parts.lock()) {
      assertThat(first).isNotNull();
      Path other = Files.createDirectories(kept.resolveSibling("other"));
      try (Stream<Path> files = Files.list(kept)) {
        for (Path lock : files.toList()) {
          Files.createLink(other.resolve(lock.getFileName()), lock);
        }
      }
      assertThat(new KeptParts(other.toString()).lock()).isNull();
    }
  }

  /** A process may open the file before its holder deletes it, and lock it afterwards. */
  @Test
  void aDeletedLockIsHeldByNobody() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(PROCESSES);
    try {
      List<Future<ChildJvm>> processes = new ArrayList<>();
      for (int i = 0; i < PROCESSES; i++) {
        processes.add(
            threads.submit(
                () ->
                    ChildJvm.run(
                        "-cp",
                        System.getProperty("java.class.path"),
                        DirectoryLockTest.class.getName(),
                        parts.directory())));
      }
      for (Future<ChildJvm> each : processes) {
        assertThat(each.get().status()).as("%s", each.get()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(Path.of(parts.directory())).doesNotExist();
  }

  /** Locks and deletes a directory so many times. */
  public static void main(String[] args) throws IOException {
    KeptParts parts = new KeptParts(args[0]);
    Path holder = Path.of(args[0] + ".holder");
    for (int locked = 0; locked < ROUNDS; ) {
      try (DirectoryLock lock = parts.lock()) {
        if (lock != null) {
          Files.createFile(holder); // fails if another process holds the lock too
          Files.delete(holder);
          parts.delete();
          locked++;
        }
      }
    }
  }
}

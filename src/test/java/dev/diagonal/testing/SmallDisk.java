package dev.diagonal.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file system of a few megabytes that runs full, in memory. Whoever mounts it must be root. It is
 * unmounted when this JVM ends, unless that is killed with signal 9.
 */
public final class SmallDisk implements AutoCloseable {

  private static final String BALLAST = "ballast";

  private final Path directory;
  private final Thread unmountAtExit = new Thread(this::unmountAtExit, "unmount SmallDisk");

  private SmallDisk(Path directory) {
    this.directory = directory;
  }

  /**
   * Mounts one for a server; the test is skipped where that is not allowed.
   *
   * @param data a directory of the server: the new one has the same owner
   */
  public static SmallDisk mounted(int megabytes, Path data) throws Exception {
    Path directory = Files.createTempDirectory("small-disk");
    String options =
        "size=%dm,mode=700,uid=%s,gid=%s"
            .formatted(
                megabytes,
                Files.getAttribute(data, "unix:uid"),
                Files.getAttribute(data, "unix:gid"));
    String refused =
        run(List.of("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString()));
    if (refused != null) {
      Files.delete(directory);
    }
    assumeTrue(refused == null, "no small file system can be mounted here: " + refused);
    SmallDisk disk = new SmallDisk(directory);
    Runtime.getRuntime().addShutdownHook(disk.unmountAtExit);
    return disk;
  }

  /** Returns where it is mounted. */
  public Path directory() {
    return directory;
  }

  /** Takes up all room but this, or all that others leave who write at the same time. */
  public void fillUpTo(int kilobytesLeft) throws IOException {
    byte[] block = new byte[1 << 16];
    long left = room() - 1024L * kilobytesLeft;
    try (OutputStream ballast = Files.newOutputStream(directory.resolve(BALLAST))) {
      for (; left > 0; left -= block.length) {
        ballast.write(block, 0, (int) Math.min(block.length, left));
      }
    } catch (IOException e) {
      if (room() >= block.length) {
        throw e;
      }
    }
  }

  private long room() throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  /** Gives the room back. */
  public void makeRoom() throws IOException {
    Files.deleteIfExists(directory.resolve(BALLAST));
  }

  /** Unmounts it; files that are open in it live on until they are closed. */
  @Override
  public void close() throws Exception {
    unmount();
    Runtime.getRuntime().removeShutdownHook(unmountAtExit);
  }

  private void unmount() throws Exception {
    String refused = run(List.of("umount", "--lazy", directory.toString()));
    if (refused != null) {
      throw new IOException("cannot unmount " + directory + ": " + refused);
    }
    Files.delete(directory);
  }

  private void unmountAtExit() {
    try {
      unmount();
    } catch (Exception e) {
      System.err.println("on the way out: " + e.getMessage());
    }
  }

  /** Returns why the command failed, or null. */
  private static @Nullable String run(List<String> command) throws Exception {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (Stream<String> lines = process.inputReader().lines()) {
        String output = String.join("; ", lines.toList());
        return process.waitFor() == 0 ? null : output;
      }
    } catch (IOException notThere) {
      return notThere.getMessage();
    }
  }
}

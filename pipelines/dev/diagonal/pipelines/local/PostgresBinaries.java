package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, as the zonky project packages them for Maven: unpacked once for all JVMs
 * that share a directory.
 */
final class PostgresBinaries {

  private PostgresBinaries() {}

  /**
   * Returns the home that contains {@code bin/postgres}.
   *
   * @throws EmbeddedServersException if the class path has no binaries for this platform, or they
   *     cannot be unpacked
   */
  static Path home() {
    String name = "postgres-" + ServersHome.platform();
    URL archive = PostgresBinaries.class.getResource("/" + name + ".txz");
    if (archive == null) {
      throw new EmbeddedServersException(
          name
              + ".txz is not on the class path: run under Maven, whose profiles add it, or set"
              + " --jdbcUrl");
    }
    Path servers = ServersHome.directory();
    try {
      // Its size distinguishes versions.
      Path home = servers.resolve(name + "-" + archive.openConnection().getContentLengthLong());
      if (!Files.exists(home)) {
        Files.createDirectories(servers);
        unpackAtomically(archive, home);
      }
      return home;
    } catch (IOException e) {
      throw new EmbeddedServersException(
          "cannot unpack PostgreSQL into %s (%s): set -Ddiagonal.servers=<directory>"
              .formatted(servers, e),
          e);
    }
  }

  /** Safe for concurrent JVMs: the first to finish wins. */
  private static void unpackAtomically(URL archive, Path home) throws IOException {
    Path unpacked = Files.createTempDirectory(home.getParent(), "unpacking-");
    try {
      Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwxr-xr-x"));
      unpack(archive, unpacked);
      Files.move(unpacked, home);
    } catch (IOException e) {
      ServerDirectory.deleteTree(unpacked);
      if (!Files.exists(home)) {
        throw e;
      }
    }
  }

  private static void unpack(URL archive, Path target) throws IOException {
    try (InputStream compressed = new BufferedInputStream(archive.openStream());
        var tar = new TarArchiveInputStream(new XZInputStream(compressed))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path file = target.resolve(entry.getName()).normalize();
        if (entry.isDirectory()) {
          Files.createDirectories(file);
          continue;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
          Files.copy(tar, file);
          boolean executable = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }
}

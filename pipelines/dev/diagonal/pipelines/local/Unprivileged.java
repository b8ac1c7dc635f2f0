package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The user that a server runs as: the user of this JVM, or {@code nobody} if that is root. A server
 * never has root privileges, in any namespace.
 *
 * @param prefix the words before a command that make it run as that user
 * @param user the id of that user if it is not this JVM's
 */
record Unprivileged(List<String> prefix, Optional<Integer> user) {

  /** PostgreSQL's initdb requires a user with a name, so an arbitrary number would not work. */
  private static final int NOBODY = 65534;

  private static final Unprivileged THIS_USER = new Unprivileged(List.of(), Optional.empty());

  private static final Unprivileged AS_NOBODY =
      new Unprivileged(
          List.of(
              "setpriv",
              "--reuid=" + NOBODY,
              "--regid=" + NOBODY,
              "--clear-groups",
              "--no-new-privs"),
          Optional.of(NOBODY));

  /**
   * Returns the user that a server runs as.
   *
   * @throws EmbeddedServersException if this is root and cannot run a program as another user
   */
  static Unprivileged detect() {
    if (!isRoot()) {
      return THIS_USER;
    }
    Finished id = AS_NOBODY.run("id", "-u");
    if (!id.equals(new Finished(0, String.valueOf(NOBODY)))) {
      throw new EmbeddedServersException(
          "the embedded servers do not run as root, and `%s` does not work here (%s): run as an"
                  .formatted(String.join(" ", AS_NOBODY.prefix), id.output())
              + " ordinary user, or install util-linux");
    }
    return AS_NOBODY;
  }

  /** Returns the command with the prefix that changes the user. */
  List<String> command(List<String> command) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    return whole;
  }

  /**
   * Closes a server's directory to other users. This JVM keeps owning the directory, so that the
   * server cannot replace files that this JVM reads and writes there. The server can reach the
   * directories below it that it {@linkplain #own owns}.
   */
  void enter(Path directory) {
    try {
      if (user.isPresent() && !Files.getAttribute(directory, "unix:uid").equals(0)) {
        Files.setAttribute(directory, "unix:uid", 0); // an older version made the server its owner
      }
      Files.setPosixFilePermissions(
          directory, PosixFilePermissions.fromString(user.isEmpty() ? "rwx------" : "rwx--x--x"));
    } catch (IOException e) {
      throw new EmbeddedServersException("cannot make " + directory + " private: " + e, e);
    }
    if (user.isPresent() && !run("test", "-x", directory.toString()).isSuccess()) {
      throw new EmbeddedServersException(
          "the server runs as user %s, who cannot enter %s: choose a directory that all users may enter"
              .formatted(NOBODY, directory));
    }
  }

  /** Makes the server the owner of a file or directory tree, and closes it to other users. */
  void own(Path path) {
    try {
      if (Files.isDirectory(path)) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
      }
      if (user.isEmpty() || Files.getAttribute(path, "unix:uid").equals(user.get())) {
        return;
      }
    } catch (IOException e) {
      throw new EmbeddedServersException("cannot make " + path + " private: " + e, e);
    }
    String owner = user.get() + ":" + user.get();
    Finished chown = Finished.run(List.of("chown", "-Rh", owner, path.toString()));
    if (!chown.isSuccess()) {
      throw new EmbeddedServersException("cannot chown " + path + ": " + chown.output());
    }
  }

  /**
   * Returns the server's home if the server can read it, otherwise a copy below {@code directory},
   * for example for a checkout under /root.
   *
   * @param executable a file of the home that is used to test this
   */
  Path readable(Path home, String executable, Path directory) {
    if (user.isEmpty() || run("test", "-x", home.resolve(executable).toString()).isSuccess()) {
      return home;
    }
    Path copy = directory.resolve(home.getFileName());
    if (!Files.exists(copy)) {
      Path incomplete = directory.resolve(home.getFileName() + ".incomplete");
      try {
        ServerDirectory.deleteTree(incomplete);
        Finished cp = Finished.run(List.of("cp", "-R", home.toString(), incomplete.toString()));
        if (!cp.isSuccess()) {
          throw new EmbeddedServersException("cannot copy " + home + ": " + cp.output());
        }
        Files.setPosixFilePermissions(incomplete, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(incomplete, copy);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return copy;
  }

  private Finished run(String... command) {
    return Finished.run(command(List.of(command)));
  }

  private static boolean isRoot() {
    try {
      Path self = Path.of("/proc/self");
      return Files.exists(self) && Files.getAttribute(self, "unix:uid").equals(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

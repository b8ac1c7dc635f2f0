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
 * never has a right of root's, in no namespace: whoever gets into it gets no further.
 *
 * @param prefix the words before a command that make it run as that user
 * @param user the id of that user if it is not this JVM's
 */
record Unprivileged(List<String> prefix, Optional<Integer> user) {

  /** PostgreSQL's initdb wants a user that has a name: a free number would not do. */
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
   * Returns who a server runs as.
   *
   * @throws EmbeddedServersException if this is root and cannot run a program as somebody else
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

  /** Returns the command as it has to be run. */
  List<String> command(List<String> command) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    return whole;
  }

  /**
   * Closes a server's directory to others. The directory stays this JVM's, so that the server
   * cannot replace what this JVM reads and writes there; the server reaches those below it that it
   * {@linkplain #own owns}.
   */
  void enter(Path directory) {
    try {
      if (user.isPresent() && !Files.getAttribute(directory, "unix:uid").equals(0)) {
        Files.setAttribute(directory, "unix:uid", 0); // an older version gave it to the server
      }
      Files.setPosixFilePermissions(
          directory, PosixFilePermissions.fromString(user.isEmpty() ? "rwx------" : "rwx--x--x"));
    } catch (IOException e) {
      throw new EmbeddedServersException("cannot make " + directory + " private: " + e, e);
    }
    if (user.isPresent() && !run("test", "-x", directory.toString()).isSuccess()) {
      throw new EmbeddedServersException(
          "the server runs as user %d, who cannot enter %s: choose a directory that anybody may enter"
              .formatted(NOBODY, directory));
    }
  }

  /** Gives a file, or a directory with its contents, to the server and to nobody else. */
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
   * Returns the server's home if the server can read it, else a copy below {@code directory}, as
   * for a checkout under /root.
   *
   * @param executable a file of the home, by which this is found out
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

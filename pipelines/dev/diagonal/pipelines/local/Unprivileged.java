package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.cli.EmbeddedServersException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a server that refuses to run as root is run by this JVM: as it is if the JVM is an ordinary
 * user's, else in a user namespace of its own, else under the uid that owns nothing.
 *
 * @param prefix what stands before a command
 * @param owner who then owns the server's directory; empty if that needs no change
 */
record Unprivileged(List<String> prefix, Optional<String> owner) {

  private static final String NOBODY = "65534";

  /** Maps no uid, so that the process sees itself as nobody; the kernel still takes it for root. */
  private static final Unprivileged IN_NAMESPACE =
      new Unprivileged(List.of("unshare", "-U"), Optional.of("0:0"));

  private static final Unprivileged AS_NOBODY =
      new Unprivileged(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"),
          Optional.of(NOBODY + ":" + NOBODY));

  static Unprivileged detect() {
    if (!isRoot()) {
      return new Unprivileged(List.of(), Optional.empty());
    }
    for (Unprivileged way : List.of(IN_NAMESPACE, AS_NOBODY)) {
      if (way.run("id", "-u").equals(new Finished(0, NOBODY))) {
        return way;
      }
    }
    throw new EmbeddedServersException(
        "PostgreSQL and Elasticsearch do not run as root, and here neither `unshare -U` nor"
            + " `setpriv` works to run them as somebody else: run as an ordinary user, or install"
            + " util-linux");
  }

  /** Returns the command as it has to be run. */
  List<String> command(List<String> command) {
    List<String> whole = new ArrayList<>(prefix);
    whole.addAll(command);
    return whole;
  }

  /** Hands a directory with all in it to whom the server runs as. */
  void own(Path directory) {
    if (owner.isEmpty()) {
      return;
    }
    Finished chown = Finished.run(List.of("chown", "-R", owner.get(), directory.toString()));
    if (!chown.isSuccess()) {
      throw new EmbeddedServersException("cannot chown " + directory + ": " + chown.output());
    }
    if (!run("test", "-w", directory.toString()).isSuccess()) {
      throw new EmbeddedServersException(
          "the server does not run as root and cannot enter "
              + directory
              + ": take a directory that anybody may enter");
    }
  }

  /**
   * Returns the server's home if the server can read it, else a copy below {@code directory}, as
   * for a checkout under /root.
   *
   * @param executable a file of the home, by which this is found out
   */
  Path readable(Path home, String executable, Path directory) {
    if (owner.isEmpty() || run("test", "-x", home.resolve(executable).toString()).isSuccess()) {
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

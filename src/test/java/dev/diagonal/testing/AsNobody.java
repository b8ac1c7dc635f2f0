package dev.diagonal.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Starts servers that refuse to run as root. */
final class AsNobody {

  private AsNobody() {}

  /**
   * Starts a command, as user nobody if this is root's process, and appends its output to a log.
   */
  static Process start(Path log, List<String> command) throws IOException {
    boolean root = System.getProperty("user.name").equals("root");
    List<String> asNobody = List.of("setpriv", "--reuid=nobody", "--clear-groups");
    return new ProcessBuilder(
            Stream.concat(root ? asNobody.stream() : Stream.of(), command.stream()).toList())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }
}

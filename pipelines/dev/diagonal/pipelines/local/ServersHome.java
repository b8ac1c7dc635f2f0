package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.nio.file.Path;
import java.util.Locale;

/** Where the servers' programs are, and which of them fit this machine. */
final class ServersHome {

  private ServersHome() {}

  /** Returns the directory of the unpacked programs: {@code -Ddiagonal.servers}, set by the pom. */
  static Path directory() {
    return Path.of(System.getProperty("diagonal.servers", "target/servers")).toAbsolutePath();
  }

  /**
   * Returns this machine's platform as the PostgreSQL binaries name it, such as linux-x86_64.
   *
   * @throws EmbeddedServersException if the servers do not run on it
   */
  static String platform() {
    return platform(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  static String platform(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    String system = os.startsWith("linux") ? "linux" : os.startsWith("mac") ? "darwin" : "";
    String machine =
        switch (osArch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64" -> "arm_64";
          default -> "";
        };
    if (system.isEmpty() || machine.isEmpty()) {
      throw new EmbeddedServersException(
          "the embedded servers run on Linux and macOS, on x86-64 and arm64, but not on %s %s:"
                  .formatted(osName, osArch)
              + " set --jdbcUrl and --elasticsearchUrl");
    }
    return system + "-" + machine;
  }
}

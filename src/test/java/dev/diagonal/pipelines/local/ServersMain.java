package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.servers.EmbeddedServers.Kind;
import java.util.EnumSet;

/**
 * The program of a {@link ServersJvm}: starts both servers, says where they are, and closes them
 * when its input ends.
 */
final class ServersMain {

  private ServersMain() {}

  public static void main(String[] arguments) throws Exception {
    long start = System.nanoTime();
    try (EmbeddedServers servers = EmbeddedServers.start(EnumSet.allOf(Kind.class), null)) {
      System.out.printf(
          "%s %s %s %d%n",
          servers.jdbcUrl().orElseThrow(),
          servers.jdbcPassword().orElseThrow().file(),
          servers.elasticsearchUrl().orElseThrow(),
          (System.nanoTime() - start) / 1_000_000);
      while (System.in.read() >= 0) {}
    }
  }
}

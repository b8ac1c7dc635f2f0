package dev.diagonal.testing;

import java.nio.file.Path;
import java.sql.SQLException;
import org.h2.tools.Server;

/** An H2 on a random port, which several processes can use. */
public final class H2Server implements AutoCloseable {

  private final Server server;

  private H2Server(Server server) {
    this.server = server;
  }

  /** Starts one that keeps its databases in a directory, and creates them when they are used. */
  public static H2Server in(Path directory) throws SQLException {
    return new H2Server(
        Server.createTcpServer("-tcpPort", "0", "-ifNotExists", "-baseDir", directory.toString())
            .start());
  }

  /** Returns the URL of a database, to which settings can be added. */
  public String jdbcUrl(String database) {
    return "jdbc:h2:tcp://127.0.0.1:%s/./%s".formatted(server.getPort(), database);
  }

  @Override
  public void close() {
    server.stop();
  }
}

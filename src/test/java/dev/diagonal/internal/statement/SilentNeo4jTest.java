package dev.diagonal.internal.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

final class SilentNeo4jTest {

  /** Neo4j's driver limits the handshake, too; the URL shortens the limit. */
  @Test
  void isTriedOnce() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      JdbcTarget target =
          JdbcTarget.at("jdbc:neo4j://127.0.0.1:%s?timeout=500".formatted(silent.getLocalPort()));
      try (Neo4jConnection connection = new Neo4jConnection(target)) {
        assertThatThrownBy(() -> connection.run("RETURN 1"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("cannot connect to, jdbc:neo4j://127.0.0.1")
            .hasMessageContaining("500ms");
      }
      silent.setSoTimeout(100);
      try (Socket first = silent.accept()) {
        assertThat(first.isConnected()).isTrue();
        assertThatThrownBy(silent::accept).isInstanceOf(SocketTimeoutException.class);
      }
    }
  }
}

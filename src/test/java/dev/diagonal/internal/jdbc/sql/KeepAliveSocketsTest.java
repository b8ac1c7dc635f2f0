package dev.diagonal.internal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.postgresql.PGProperty;
import org.postgresql.core.SocketFactoryFactory;

final class KeepAliveSocketsTest {

  @Test
  void theDriverUsesKeepAlive() throws Exception {
    java.util.Properties properties = new java.util.Properties();
    PGProperty.SOCKET_FACTORY.set(properties, KeepAliveSockets.class.getName());
    SocketFactory sockets = SocketFactoryFactory.getSocketFactory(properties);
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 1, here);
        Socket plain = sockets.createSocket();
        Socket connected = sockets.createSocket(here, server.getLocalPort())) {
      for (Socket socket : List.of(plain, connected)) {
        assertThat(socket.getKeepAlive()).isTrue();
        assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(30);
        assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(10);
        assertThat(socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(6);
      }
    }
  }

  /** The driver reads the answer to its wish for TLS from one, and TLS itself from another. */
  @Test
  void hasOneBufferForAllStreams() throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 1, here);
        Socket socket = new KeepAliveSockets().createSocket(here, server.getLocalPort());
        Socket accepted = server.accept()) {
      accepted.getOutputStream().write(new byte[] {'S', 1, 2});
      assertThat(socket.getInputStream().read()).isEqualTo('S');
      assertThat(socket.getInputStream().readNBytes(2)).containsExactly(1, 2);
    }
  }
}

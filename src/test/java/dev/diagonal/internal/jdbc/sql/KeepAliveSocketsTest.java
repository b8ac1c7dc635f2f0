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
}

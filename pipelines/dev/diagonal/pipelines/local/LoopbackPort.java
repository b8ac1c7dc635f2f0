package dev.diagonal.pipelines.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports for servers that may be restarted. They are below 32768, where no system assigns
 * ports for outgoing connections. With an ephemeral port, a client that keeps connecting to the
 * stopped server would eventually connect to itself and hold the port.
 */
final class LoopbackPort {

  private static final int FIRST = 20_000;
  private static final int END = 32_000;

  private LoopbackPort() {}

  /** Returns a random port that is free now; another process may take it before it is used. */
  static int free() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // In use: try another one.
      }
    }
  }
}

package dev.diagonal.pipelines.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports for servers that may be restarted. They lie below 32768, where no system hands out
 * ports for outgoing connections: a client that keeps connecting to a stopped server's port from
 * the ephemeral range connects to itself in the end, and then holds the port.
 */
final class LoopbackPort {

  private static final int FIRST = 20_000;
  private static final int END = 32_000;

  private LoopbackPort() {}

  /** Returns a random port that is free now; somebody else may take it before it is used. */
  static int free() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken: another one.
      }
    }
  }
}

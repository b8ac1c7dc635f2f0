package dev.diagonal.jdbc.relationships;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between one client and a server of this machine and counts the client's turns to speak.
 */
final class CountingRelay implements AutoCloseable {

  private final ServerSocket listening;
  private final int serverPort;
  private final AtomicInteger turns = new AtomicInteger();
  private volatile boolean serverSpokeLast = true;

  private CountingRelay(ServerSocket listening, int serverPort) {
    this.listening = listening;
    this.serverPort = serverPort;
  }

  static CountingRelay to(int serverPort) throws IOException {
    CountingRelay relay =
        new CountingRelay(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()), serverPort);
    start(relay::relay);
    return relay;
  }

  int port() {
    return listening.getLocalPort();
  }

  /** How often the client began to send, at first or after the server had sent something. */
  int turns() {
    return turns.get();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  private void relay() {
    try (Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      Thread answers = start(() -> copy(server, client, false));
      copy(client, server, true);
      answers.join();
    } catch (IOException | InterruptedException e) {
      // The test is over.
    }
  }

  private void copy(Socket from, Socket to, boolean fromClient) {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (fromClient && serverSpokeLast) {
          turns.incrementAndGet();
        }
        serverSpokeLast = !fromClient;
        out.write(buffer, 0, read);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread start(Runnable task) {
    Thread thread = new Thread(task, "relay");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}

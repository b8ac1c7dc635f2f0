package dev.diagonal.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and a server of this machine. After a client has sent a text and the
 * server has answered so many bytes, the relay drops the rest of that connection without a word, as
 * a firewall does that has forgotten it.
 */
public final class SilentRelay implements AutoCloseable {

  private final ServerSocket listening;
  private final int serverPort;
  private final String text;
  private final long answerBytes;
  private final AtomicInteger left;
  private final AtomicInteger silenced = new AtomicInteger();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  private SilentRelay(
      ServerSocket listening, int serverPort, String text, long answerBytes, int connections) {
    this.listening = listening;
    this.serverPort = serverPort;
    this.text = text;
    this.answerBytes = answerBytes;
    this.left = new AtomicInteger(connections);
  }

  /**
   * Starts one.
   *
   * @param text what a client must have sent in one piece
   * @param answerBytes how many bytes of the answer still pass
   * @param connections how many connections fall silent
   */
  public static SilentRelay to(int serverPort, String text, long answerBytes, int connections)
      throws IOException {
    SilentRelay relay =
        new SilentRelay(
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
            serverPort,
            text,
            answerBytes,
            connections);
    start(relay::accept);
    return relay;
  }

  /** Returns the port on 127.0.0.1 that clients connect to. */
  public int port() {
    return listening.getLocalPort();
  }

  /** Returns how many connections have fallen silent. */
  public int silenced() {
    return silenced.get();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        sockets.add(client);
        sockets.add(server);
        AtomicInteger chosen = new AtomicInteger();
        start(() -> requests(client, server, chosen));
        start(() -> answers(server, client, chosen));
      }
    } catch (IOException e) {
      // The relay is closed.
    }
  }

  private void requests(Socket client, Socket server, AtomicInteger chosen) {
    byte[] buffer = new byte[1 << 16];
    try (server) {
      InputStream in = client.getInputStream();
      OutputStream out = server.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (chosen.get() == 0
            && new String(buffer, 0, read, ISO_8859_1).contains(text)
            && left.getAndDecrement() > 0) {
          chosen.set(1);
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // One of them is gone.
    }
  }

  private void answers(Socket server, Socket client, AtomicInteger chosen) {
    byte[] buffer = new byte[1 << 12];
    long passed = 0;
    boolean silent = false;
    try {
      InputStream in = server.getInputStream();
      OutputStream out = client.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (chosen.get() == 1 && !silent && passed + read > answerBytes) {
          silent = true;
          silenced.incrementAndGet();
        }
        passed += chosen.get() == 1 ? read : 0;
        if (!silent) {
          out.write(buffer, 0, read);
        }
      }
    } catch (IOException e) {
      // One of them is gone.
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "silent relay");
    thread.setDaemon(true);
    thread.start();
  }
}

package dev.diagonal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and a PostgreSQL of this machine and cuts the first connections that
 * commit after a statement with a marker: the server gets the COMMIT, the client no answer.
 */
public final class AnswerLosingRelay implements AutoCloseable {

  private final ServerSocket listening;
  private final int serverPort;
  private final String marker;
  private final AtomicInteger toLose;
  private final AtomicInteger lost = new AtomicInteger();

  private AnswerLosingRelay(ServerSocket listening, int serverPort, String marker, int answers) {
    this.listening = listening;
    this.serverPort = serverPort;
    this.marker = marker;
    this.toLose = new AtomicInteger(answers);
  }

  /** Starts one that loses so many answers. */
  public static AnswerLosingRelay to(int serverPort, String marker, int answers)
      throws IOException {
    AnswerLosingRelay relay =
        new AnswerLosingRelay(
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), serverPort, marker, answers);
    start(relay::accept);
    return relay;
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** Returns how many answers were lost. */
  public int lost() {
    return lost.get();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Connection connection =
            new Connection(client, new Socket(InetAddress.getLoopbackAddress(), serverPort));
        start(connection::requests);
        start(connection::answers);
      }
    } catch (IOException e) {
      // The relay is closed.
    }
  }

  private final class Connection {

    private final Socket client;
    private final Socket server;
    private volatile boolean loses;

    Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void requests() {
      byte[] buffer = new byte[1 << 16];
      boolean marked = false;
      try (client;
          server) {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          String text = new String(buffer, 0, read, UTF_8);
          marked |= text.contains(marker);
          if (marked && text.contains("COMMIT") && toLose.getAndDecrement() > 0) {
            loses = true;
          }
          out.write(buffer, 0, read);
        }
      } catch (IOException e) {
        // One of them is gone.
      }
    }

    void answers() {
      byte[] buffer = new byte[1 << 16];
      try (client;
          server) {
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (loses) {
            lost.incrementAndGet();
            return;
          }
          out.write(buffer, 0, read);
        }
      } catch (IOException e) {
        // One of them is gone.
      }
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "answer losing relay");
    thread.setDaemon(true);
    thread.start();
  }
}

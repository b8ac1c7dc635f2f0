package dev.diagonal.jdbc.write;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between clients and a PostgreSQL of this machine and does harm a given number of times: to
 * a connection whose client has sent so much that it is in the middle of a COPY, or that sends its
 * commit.
 */
final class FaultyRelay implements AutoCloseable {

  /** What is done to a connection. */
  enum Fault {
    /** Both ends are reset in the middle of a COPY. */
    CUT,
    /** Nothing passes any more in the middle of a COPY, and nobody is told. */
    SILENCE,
    /** The client is told that the server has ended; the server hears nothing for a second. */
    HALF_CLOSE,
    /** The commit does not reach the server. */
    LOSE_COMMIT,
    /** The commit reaches the server, its answer is lost. */
    LOSE_ANSWER,
    /** The client is reset as its commit is passed on; the server's end stays open. */
    CUT_AFTER_COMMIT,
    /** Every chunk comes 5 ms late. */
    DELAY
  }

  private static final int IN_A_COPY = 100_000;

  private final ServerSocket listening;
  private final int serverPort;
  private final Fault fault;
  private final int times;
  private final Runnable meanwhile;
  private final AtomicInteger struck = new AtomicInteger();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  private FaultyRelay(
      ServerSocket listening, int serverPort, Fault fault, int times, Runnable meanwhile) {
    this.listening = listening;
    this.serverPort = serverPort;
    this.fault = fault;
    this.times = times;
    this.meanwhile = meanwhile;
  }

  static FaultyRelay to(int serverPort, Fault fault, int times) throws IOException {
    return to(serverPort, fault, times, () -> {});
  }

  /**
   * @param meanwhile is done each time before the client learns anything, by the relay's thread
   */
  static FaultyRelay to(int serverPort, Fault fault, int times, Runnable meanwhile)
      throws IOException {
    FaultyRelay relay =
        new FaultyRelay(
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
            serverPort,
            fault,
            times,
            meanwhile);
    start(relay::accept);
    return relay;
  }

  String url(String parameters) {
    return "jdbc:postgresql://127.0.0.1:" + listening.getLocalPort() + "/postgres" + parameters;
  }

  /** How often harm was done. */
  int struck() {
    return Math.min(times, struck.get());
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
        Socket server;
        try {
          synchronized (meanwhile) { // nobody connects while harm is done
            server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
          }
        } catch (IOException e) {
          client.close(); // the server is restarting
          continue;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        sockets.addAll(List.of(client, server));
        Connection connection = new Connection(client, server);
        start(connection::fromClient);
        start(connection::fromServer);
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private final class Connection {
    private final Socket client;
    private final Socket server;
    private volatile boolean losesAnswer;
    private volatile boolean cutsClient;
    private volatile boolean silent;

    Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void fromClient() {
      byte[] buffer = new byte[1 << 16];
      long sent = 0;
      try {
        InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          sent += read;
          if (strikes(buffer, read, sent) && struck.getAndIncrement() < times && !harm()) {
            return;
          }
          if (!silent) {
            out.write(buffer, 0, read);
          }
          if (cutsClient) {
            resetClient();
            return;
          }
        }
        server.close();
      } catch (IOException e) {
        close(server);
      }
    }

    void fromServer() {
      byte[] buffer = new byte[1 << 16];
      try {
        InputStream in = server.getInputStream();
        OutputStream out = client.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          if (losesAnswer) {
            reset();
            return;
          }
          if (!silent) {
            out.write(buffer, 0, read);
          }
        }
        client.close();
      } catch (IOException e) {
        close(client);
      }
    }

    private boolean strikes(byte[] buffer, int read, long sent) {
      return switch (fault) {
        case CUT, SILENCE, HALF_CLOSE -> sent > IN_A_COPY;
        case LOSE_COMMIT, LOSE_ANSWER, CUT_AFTER_COMMIT ->
            new String(buffer, 0, read, US_ASCII).contains("COMMIT\0");
        case DELAY -> true;
      };
    }

    /** Returns whether the chunk passes. */
    private boolean harm() throws IOException {
      synchronized (meanwhile) {
        meanwhile.run();
      }
      switch (fault) {
        case CUT, LOSE_COMMIT -> {
          reset();
          return false;
        }
        case SILENCE -> silent = true;
        case HALF_CLOSE -> {
          silent = true;
          client.shutdownOutput();
          LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
          server.close();
        }
        case LOSE_ANSWER -> losesAnswer = true;
        case CUT_AFTER_COMMIT -> cutsClient = true;
        case DELAY -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
      return true;
    }

    private void reset() throws IOException {
      server.setSoLinger(true, 0);
      resetClient();
      server.close();
    }

    private void resetClient() throws IOException {
      client.setSoLinger(true, 0);
      client.close();
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is closed.
      }
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "faulty relay");
    thread.setDaemon(true);
    thread.start();
  }
}

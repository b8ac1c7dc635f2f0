package dev.diagonal.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Passes bytes between clients and a server of this machine. A {@link Tap} per connection sees each
 * piece, and may drop it or end the connection.
 */
public final class Relay implements AutoCloseable {

  private static final int REQUEST_BYTES = 1 << 16;
  private static final int ANSWER_BYTES = 1 << 12;

  private final ServerSocket listening;
  private final int serverPort;
  private final Supplier<Tap> taps;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  /** What happens to a piece, and to its connection. */
  public enum Next {
    /** The piece is passed on. */
    PASS,
    /** The piece is lost, and the connection goes on. */
    DROP,
    /** The piece is lost, nothing more is read in this direction, and both ends stay open. */
    STOP,
    /** The piece is lost, and both ends are closed. */
    CLOSE
  }

  /** Both ends of a connection. */
  public record Ends(Socket client, Socket server) {

    /** Resets both ends. */
    public void reset() throws IOException {
      resetClient();
      server.setSoLinger(true, 0);
      server.close();
    }

    /** Resets the client's end. */
    public void resetClient() throws IOException {
      client.setSoLinger(true, 0);
      client.close();
    }

    private void close() {
      for (Socket end : List.of(client, server)) {
        try {
          end.close();
        } catch (IOException e) {
          // It is closed.
        }
      }
    }
  }

  /** Decides about the pieces of one connection. Two threads call it, one for each direction. */
  public interface Tap {

    /** Decides about the first {@code length} bytes, which the client has sent. */
    default Next onRequest(Ends ends, byte[] bytes, int length) throws IOException {
      return Next.PASS;
    }

    /** Decides about the first {@code length} bytes, which the server has sent. */
    default Next onAnswer(Ends ends, byte[] bytes, int length) throws IOException {
      return Next.PASS;
    }

    /** Returns whether one end learns that the other is closed. */
    default boolean passesEnd() {
      return true;
    }
  }

  private Relay(ServerSocket listening, int serverPort, Supplier<Tap> taps) {
    this.listening = listening;
    this.serverPort = serverPort;
    this.taps = taps;
  }

  /** Starts one that makes a tap for each connection. */
  public static Relay to(int serverPort, Supplier<Tap> taps) throws IOException {
    Relay relay =
        new Relay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), serverPort, taps);
    start(relay::accept);
    return relay;
  }

  /** Returns the port on 127.0.0.1 that clients connect to. */
  public int port() {
    return listening.getLocalPort();
  }

  /** Closes all connections. */
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
        Tap tap = taps.get();
        Socket server;
        try {
          server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        } catch (IOException e) {
          client.close(); // the server is restarting
          continue;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        sockets.addAll(List.of(client, server));
        Ends ends = new Ends(client, server);
        start(() -> pass(ends, tap, true));
        start(() -> pass(ends, tap, false));
      }
    } catch (IOException e) {
      // The relay is closed.
    }
  }

  private static void pass(Ends ends, Tap tap, boolean isRequest) {
    byte[] buffer = new byte[isRequest ? REQUEST_BYTES : ANSWER_BYTES];
    Socket from = isRequest ? ends.client() : ends.server();
    Socket to = isRequest ? ends.server() : ends.client();
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        Next next =
            isRequest ? tap.onRequest(ends, buffer, read) : tap.onAnswer(ends, buffer, read);
        switch (next) {
          case PASS -> out.write(buffer, 0, read);
          case DROP -> {}
          case STOP -> {
            return;
          }
          case CLOSE -> {
            ends.close();
            return;
          }
        }
      }
    } catch (IOException e) {
      // One of them is gone.
    }
    if (tap.passesEnd()) {
      ends.close();
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "relay");
    thread.setDaemon(true);
    thread.start();
  }
}

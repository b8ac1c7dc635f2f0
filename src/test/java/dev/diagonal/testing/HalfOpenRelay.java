package dev.diagonal.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between clients and a server of this machine. When a client dies the server does not learn
 * of it, as when the client's machine has lost its network: its connection stays open until the
 * relay is closed.
 */
public final class HalfOpenRelay implements AutoCloseable {

  private final ServerSocket listening;
  private final int serverPort;
  private final List<Socket> toServer = new CopyOnWriteArrayList<>();

  private HalfOpenRelay(ServerSocket listening, int serverPort) {
    this.listening = listening;
    this.serverPort = serverPort;
  }

  public static HalfOpenRelay to(int serverPort) throws IOException {
    HalfOpenRelay relay =
        new HalfOpenRelay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), serverPort);
    start(relay::accept);
    return relay;
  }

  /** Returns the port on 127.0.0.1 that clients connect to. */
  public int port() {
    return listening.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket server : toServer) {
      server.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        toServer.add(server);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        start(() -> copy(client, server));
        start(() -> copy(server, client));
      }
    } catch (IOException e) {
      // The relay is closed.
    }
  }

  /** The end of the one is not passed on to the other. */
  private static void copy(Socket from, Socket to) {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // One of them is gone.
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "half-open relay");
    thread.setDaemon(true);
    thread.start();
  }
}

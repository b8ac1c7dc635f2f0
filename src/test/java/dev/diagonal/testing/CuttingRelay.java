package dev.diagonal.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between clients and a server of this machine, and cuts the first connections over which a
 * client has sent so many bytes: at once, or when the server has begun to answer, which the client
 * does not get to see, or by halves: the client is told that no answer will come, and may go on.
 */
public final class CuttingRelay implements AutoCloseable {

  private final ServerSocket listening;
  private final int serverPort;
  private final long bytes;
  private final Cut cut;
  private final AtomicInteger toCut;
  private final AtomicInteger cuts = new AtomicInteger();

  /** How a connection is cut. */
  private enum Cut {
    AT_ONCE,
    AT_THE_ANSWER,
    BY_HALVES
  }

  private CuttingRelay(ServerSocket listening, int serverPort, long bytes, Cut cut, int cuts) {
    this.listening = listening;
    this.serverPort = serverPort;
    this.bytes = bytes;
    this.cut = cut;
    this.toCut = new AtomicInteger(cuts);
  }

  /**
   * Starts one.
   *
   * @param bytes how many a client must have sent
   * @param atTheAnswer whether the server gets all and only its answer is lost
   * @param cuts how many connections are cut
   */
  public static CuttingRelay to(int serverPort, long bytes, boolean atTheAnswer, int cuts)
      throws IOException {
    return to(serverPort, bytes, atTheAnswer ? Cut.AT_THE_ANSWER : Cut.AT_ONCE, cuts);
  }

  /** Starts one that closes its half of connections, and hears the other no more. */
  public static CuttingRelay halving(int serverPort, long bytes, int cuts) throws IOException {
    return to(serverPort, bytes, Cut.BY_HALVES, cuts);
  }

  private static CuttingRelay to(int serverPort, long bytes, Cut cut, int cuts) throws IOException {
    CuttingRelay relay =
        new CuttingRelay(
            new ServerSocket(0, 50, InetAddress.getLoopbackAddress()),
            serverPort,
            bytes,
            cut,
            cuts);
    start(relay::accept);
    return relay;
  }

  /** Returns {@code host:port} of the relay. */
  public String address() {
    return "localhost:" + listening.getLocalPort();
  }

  /** Returns how many connections were cut. */
  public int cuts() {
    return cuts.get();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        AtomicLong sent = new AtomicLong();
        start(() -> copy(client, server, sent, true));
        start(() -> copy(server, client, sent, false));
      }
    } catch (IOException e) {
      // The relay is closed.
    }
  }

  private void copy(Socket from, Socket to, AtomicLong sent, boolean isRequest) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (isRequest) {
          sent.addAndGet(read);
        }
        if (isRequest != (cut == Cut.AT_THE_ANSWER)
            && sent.get() >= bytes
            && toCut.getAndDecrement() > 0) {
          cuts.incrementAndGet();
          if (cut == Cut.BY_HALVES) {
            from.shutdownOutput();
            in.transferTo(OutputStream.nullOutputStream());
          }
          return;
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // One of them is gone.
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "cutting relay");
    thread.setDaemon(true);
    thread.start();
  }
}

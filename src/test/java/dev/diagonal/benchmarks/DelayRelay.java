package dev.diagonal.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A database across a network: passes on what it gets, each chunk so much later, in both
 * directions. Bandwidth is not limited.
 */
final class DelayRelay implements AutoCloseable {

  private static final int CHUNK_BYTES = 1 << 16;

  private final ServerSocket server;
  private final int target;
  private final long delayNanos;

  DelayRelay(int targetPort, long delayMillis) throws IOException {
    server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    target = targetPort;
    delayNanos = delayMillis * 1_000_000;
    start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket database = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        database.setTcpNoDelay(true);
        relay(client, database);
        relay(database, client);
      }
    } catch (IOException closed) {
      // The run is over.
    }
  }

  private record Chunk(byte[] bytes, long dueNanos) {}

  private void relay(Socket from, Socket to) {
    BlockingQueue<Chunk> underway = new LinkedBlockingQueue<>();
    start(() -> read(from, underway));
    start(() -> write(underway, to));
  }

  private void read(Socket from, BlockingQueue<Chunk> underway) {
    byte[] buffer = new byte[CHUNK_BYTES];
    try (InputStream in = from.getInputStream()) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        byte[] bytes = java.util.Arrays.copyOf(buffer, length);
        underway.add(new Chunk(bytes, System.nanoTime() + delayNanos));
      }
    } catch (IOException e) {
      // The other end is closed below.
    }
    underway.add(new Chunk(new byte[0], System.nanoTime()));
  }

  private static void write(BlockingQueue<Chunk> underway, Socket to) {
    try (OutputStream out = to.getOutputStream()) {
      for (Chunk chunk = underway.take(); chunk.bytes.length > 0; chunk = underway.take()) {
        for (long wait = chunk.dueNanos - System.nanoTime();
            wait > 0;
            wait = chunk.dueNanos - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        out.write(chunk.bytes);
      }
    } catch (IOException e) {
      // It has been closed.
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }
}

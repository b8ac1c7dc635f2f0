package dev.diagonal.jdbc.relationships;

import dev.diagonal.testing.Relay;
import dev.diagonal.testing.Relay.Ends;
import dev.diagonal.testing.Relay.Next;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between one client and a server of this machine and counts the client's turns to speak.
 */
final class CountingRelay implements AutoCloseable {

  private final AtomicInteger turns = new AtomicInteger();
  private volatile boolean serverSpokeLast = true;
  private final Relay relay;

  private CountingRelay(int serverPort) throws IOException {
    this.relay = Relay.to(serverPort, Counter::new);
  }

  static CountingRelay to(int serverPort) throws IOException {
    return new CountingRelay(serverPort);
  }

  int port() {
    return relay.port();
  }

  /** How often the client began to send, at first or after the server had sent something. */
  int turns() {
    return turns.get();
  }

  @Override
  public void close() throws IOException {
    relay.close();
  }

  private final class Counter implements Relay.Tap {
    @Override
    public Next onRequest(Ends ends, byte[] bytes, int length) {
      if (serverSpokeLast) {
        turns.incrementAndGet();
      }
      serverSpokeLast = false;
      return Next.PASS;
    }

    @Override
    public Next onAnswer(Ends ends, byte[] bytes, int length) {
      serverSpokeLast = true;
      return Next.PASS;
    }
  }
}

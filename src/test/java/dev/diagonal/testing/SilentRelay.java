package dev.diagonal.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.diagonal.testing.Relay.Ends;
import dev.diagonal.testing.Relay.Next;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Relays between clients and a server on this machine. After a client has sent a text and the
 * server has answered with so many bytes, the relay silently drops the rest of that connection, as
 * a firewall does that has lost its state.
 */
public final class SilentRelay implements AutoCloseable {

  private final String text;
  private final long answerBytes;
  private final AtomicInteger left;
  private final AtomicInteger silenced = new AtomicInteger();
  private final Relay relay;

  private SilentRelay(int serverPort, String text, long answerBytes, int connections)
      throws IOException {
    this.text = text;
    this.answerBytes = answerBytes;
    this.left = new AtomicInteger(connections);
    this.relay = Relay.to(serverPort, Silencer::new);
  }

  /**
   * Starts one.
   *
   * @param text what a client must have sent in one piece
   * @param answerBytes how many bytes of the answer still pass
   * @param connections how many connections are silenced
   */
  public static SilentRelay to(int serverPort, String text, long answerBytes, int connections)
      throws IOException {
    return new SilentRelay(serverPort, text, answerBytes, connections);
  }

  /** Returns the port on 127.0.0.1 that clients connect to. */
  public int port() {
    return relay.port();
  }

  /** Returns how many connections have been silenced. */
  public int silenced() {
    return silenced.get();
  }

  @Override
  public void close() throws IOException {
    relay.close();
  }

  private final class Silencer implements Relay.Tap {
    private volatile boolean chosen;
    private volatile boolean silent;
    private long passed;

    @Override
    public Next onRequest(Ends ends, byte[] bytes, int length) {
      if (!chosen
          && new String(bytes, 0, length, ISO_8859_1).contains(text)
          && left.getAndDecrement() > 0) {
        chosen = true;
      }
      return Next.PASS;
    }

    @Override
    public Next onAnswer(Ends ends, byte[] bytes, int length) {
      if (chosen && !silent && passed + length > answerBytes) {
        silent = true;
        silenced.incrementAndGet();
      }
      passed += chosen ? length : 0;
      return silent ? Next.DROP : Next.PASS;
    }

    @Override
    public boolean passesEnd() {
      return !silent;
    }
  }
}

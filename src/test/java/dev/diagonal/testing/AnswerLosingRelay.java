package dev.diagonal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.testing.Relay.Ends;
import dev.diagonal.testing.Relay.Next;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between clients and a PostgreSQL of this machine and cuts the first connections that
 * commit after a statement with a marker: the server gets the COMMIT, the client no answer.
 */
public final class AnswerLosingRelay implements AutoCloseable {

  private final String marker;
  private final AtomicInteger toLose;
  private final AtomicInteger lost = new AtomicInteger();
  private final Relay relay;

  private AnswerLosingRelay(int serverPort, String marker, int answers) throws IOException {
    this.marker = marker;
    this.toLose = new AtomicInteger(answers);
    this.relay = Relay.to(serverPort, Loss::new);
  }

  /** Starts one that loses so many answers. */
  public static AnswerLosingRelay to(int serverPort, String marker, int answers)
      throws IOException {
    return new AnswerLosingRelay(serverPort, marker, answers);
  }

  public int port() {
    return relay.port();
  }

  /** Returns how many answers were lost. */
  public int lost() {
    return lost.get();
  }

  @Override
  public void close() throws IOException {
    relay.close();
  }

  private final class Loss implements Relay.Tap {
    private boolean marked;
    private volatile boolean loses;

    @Override
    public Next onRequest(Ends ends, byte[] bytes, int length) {
      String text = new String(bytes, 0, length, UTF_8);
      marked |= text.contains(marker);
      if (marked && text.contains("COMMIT") && toLose.getAndDecrement() > 0) {
        loses = true;
      }
      return Next.PASS;
    }

    @Override
    public Next onAnswer(Ends ends, byte[] bytes, int length) {
      if (!loses) {
        return Next.PASS;
      }
      lost.incrementAndGet();
      return Next.CLOSE;
    }
  }
}

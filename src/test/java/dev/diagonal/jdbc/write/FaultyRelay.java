package dev.diagonal.jdbc.write;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.diagonal.testing.Relay;
import dev.diagonal.testing.Relay.Ends;
import dev.diagonal.testing.Relay.Next;
import java.io.IOException;
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
    /** Stops forwarding in the middle of a COPY, without closing anything. */
    SILENCE,
    /** Closes the client's side; the server receives nothing for a second. */
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

  private final Fault fault;
  private final int times;
  private final Runnable meanwhile;
  private final AtomicInteger struck = new AtomicInteger();
  private final Relay relay;

  private FaultyRelay(int serverPort, Fault fault, int times, Runnable meanwhile)
      throws IOException {
    this.fault = fault;
    this.times = times;
    this.meanwhile = meanwhile;
    this.relay = Relay.to(serverPort, this::harmless);
  }

  static FaultyRelay to(int serverPort, Fault fault, int times) throws IOException {
    return to(serverPort, fault, times, () -> {});
  }

  /**
   * @param meanwhile is done each time before the client learns anything, by the relay's thread
   */
  static FaultyRelay to(int serverPort, Fault fault, int times, Runnable meanwhile)
      throws IOException {
    return new FaultyRelay(serverPort, fault, times, meanwhile);
  }

  String url(String parameters) {
    return "jdbc:postgresql://127.0.0.1:" + relay.port() + "/postgres" + parameters;
  }

  /** How often harm was done. */
  int struck() {
    return Math.min(times, struck.get());
  }

  @Override
  public void close() throws IOException {
    relay.close();
  }

  private Relay.Tap harmless() {
    synchronized (meanwhile) { // nobody connects while harm is done
      return new Harm();
    }
  }

  private final class Harm implements Relay.Tap {
    private long sent;
    private volatile boolean losesAnswer;
    private volatile boolean keepsServer;
    private volatile boolean silent;

    @Override
    public Next onRequest(Ends ends, byte[] bytes, int length) throws IOException {
      sent += length;
      if (!strikes(bytes, length) || struck.getAndIncrement() >= times) {
        return silent ? Next.DROP : Next.PASS;
      }
      synchronized (meanwhile) {
        meanwhile.run();
      }
      return harm(ends, bytes, length);
    }

    @Override
    public Next onAnswer(Ends ends, byte[] bytes, int length) throws IOException {
      if (losesAnswer) {
        ends.reset();
        return Next.STOP;
      }
      return silent ? Next.DROP : Next.PASS;
    }

    @Override
    public boolean passesEnd() {
      return !keepsServer;
    }

    private boolean strikes(byte[] bytes, int length) {
      return switch (fault) {
        case CUT, SILENCE, HALF_CLOSE -> sent > IN_A_COPY;
        case LOSE_COMMIT, LOSE_ANSWER, CUT_AFTER_COMMIT ->
            new String(bytes, 0, length, US_ASCII).contains("COMMIT\0");
        case DELAY -> true;
      };
    }

    private Next harm(Ends ends, byte[] bytes, int length) throws IOException {
      switch (fault) {
        case CUT, LOSE_COMMIT -> {
          ends.reset();
          return Next.STOP;
        }
        case SILENCE -> silent = true;
        case HALF_CLOSE -> {
          silent = true;
          ends.client().shutdownOutput();
          LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
          ends.server().close();
        }
        case LOSE_ANSWER -> losesAnswer = true;
        case CUT_AFTER_COMMIT -> {
          keepsServer = true;
          ends.server().getOutputStream().write(bytes, 0, length);
          ends.resetClient();
          return Next.STOP;
        }
        case DELAY -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
      return silent ? Next.DROP : Next.PASS;
    }
  }
}

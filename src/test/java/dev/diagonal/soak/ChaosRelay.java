package dev.diagonal.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.diagonal.testing.Relay;
import dev.diagonal.testing.Relay.Ends;
import dev.diagonal.testing.Relay.Next;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Passes the bytes of one client to its server, and cuts, delays or loses them on request. */
final class ChaosRelay implements AutoCloseable {

  private final Set<Tap> taps = ConcurrentHashMap.newKeySet();
  private final AtomicInteger answersToLose = new AtomicInteger();
  private final AtomicInteger toSilence = new AtomicInteger();
  private final String commit;
  private final Relay relay;
  private volatile long delayNanos;

  private ChaosRelay(int serverPort, String commit) throws IOException {
    this.commit = commit;
    this.relay = Relay.to(serverPort, this::newTap);
  }

  /**
   * Starts one.
   *
   * @param commit a text in each request whose answer it may lose
   */
  static ChaosRelay to(int serverPort, String commit) throws IOException {
    return new ChaosRelay(serverPort, commit);
  }

  int port() {
    return relay.port();
  }

  boolean isInUse() {
    return taps.stream().anyMatch(tap -> tap.ends != null);
  }

  /** Resets all connections, and returns how many there were. */
  int cut() {
    int cut = 0;
    for (Tap tap : taps) {
      cut += tap.reset() ? 1 : 0;
    }
    return cut;
  }

  /** Loses the answers to the next commits: the server gets them, and the client is cut off. */
  void loseAnswers(int answers) {
    answersToLose.set(answers);
  }

  /** Makes each answer come later. */
  void delay(long millis) {
    delayNanos = millis * 1_000_000;
  }

  /** Drops everything of the next connections that send something, and closes none of them. */
  void silence(int connections) {
    toSilence.set(connections);
  }

  /** Does nothing more of it; connections that were silenced are cut. */
  void calm() {
    answersToLose.set(0);
    toSilence.set(0);
    delayNanos = 0;
    taps.stream().filter(tap -> tap.silent).forEach(Tap::reset);
  }

  private Tap newTap() {
    Tap tap = new Tap();
    taps.add(tap);
    return tap;
  }

  @Override
  public void close() throws IOException {
    relay.close();
  }

  private final class Tap implements Relay.Tap {
    private volatile @Nullable Ends ends;
    private volatile boolean losesAnswer;
    private volatile boolean silent;

    @Override
    public Next onRequest(Ends both, byte[] bytes, int length) {
      ends = both;
      if (!silent && toSilence.get() > 0 && toSilence.getAndDecrement() > 0) {
        silent = true;
      }
      if (silent) {
        return Next.DROP;
      }
      if (answersToLose.get() > 0) {
        String text = new String(bytes, 0, length, ISO_8859_1);
        losesAnswer = text.contains(commit) && answersToLose.getAndDecrement() > 0;
      }
      return Next.PASS;
    }

    @Override
    public Next onAnswer(Ends both, byte[] bytes, int length) {
      ends = both;
      if (losesAnswer) {
        taps.remove(this);
        return Next.CLOSE;
      }
      if (delayNanos > 0) {
        LockSupport.parkNanos(delayNanos);
      }
      return silent ? Next.DROP : Next.PASS;
    }

    @Override
    public boolean passesEnd() {
      return !silent;
    }

    private boolean reset() {
      taps.remove(this);
      Ends both = ends;
      if (both == null || both.client().isClosed()) {
        return false;
      }
      try {
        both.reset();
        return true;
      } catch (IOException e) {
        return false; // it was closed meanwhile
      }
    }
  }
}

package dev.diagonal.testing;

import dev.diagonal.testing.Relay.Ends;
import dev.diagonal.testing.Relay.Next;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between clients and a server of this machine, and cuts the first connections over which a
 * client has sent so many bytes: at once, or when the server has begun to answer, which the client
 * does not see, or by halves: the client's side is closed, and the client may continue.
 */
public final class CuttingRelay implements AutoCloseable {

  private final long bytes;
  private final Cut cut;
  private final AtomicInteger toCut;
  private final AtomicInteger cuts = new AtomicInteger();
  private final Relay relay;

  /** How a connection is cut. */
  private enum Cut {
    AT_ONCE,
    AT_THE_ANSWER,
    BY_HALVES
  }

  private CuttingRelay(int serverPort, long bytes, Cut cut, int cuts) throws IOException {
    this.bytes = bytes;
    this.cut = cut;
    this.toCut = new AtomicInteger(cuts);
    this.relay = Relay.to(serverPort, Cutter::new);
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
    return new CuttingRelay(serverPort, bytes, atTheAnswer ? Cut.AT_THE_ANSWER : Cut.AT_ONCE, cuts);
  }

  /** Starts one that closes its half of connections, and hears the other no more. */
  public static CuttingRelay halving(int serverPort, long bytes, int cuts) throws IOException {
    return new CuttingRelay(serverPort, bytes, Cut.BY_HALVES, cuts);
  }

  /** Returns {@code host:port} of the relay. */
  public String address() {
    return "localhost:" + relay.port();
  }

  /** Returns how many connections were cut. */
  public int cuts() {
    return cuts.get();
  }

  @Override
  public void close() throws IOException {
    relay.close();
  }

  private final class Cutter implements Relay.Tap {
    private final AtomicLong sent = new AtomicLong();

    @Override
    public Next onRequest(Ends ends, byte[] buffer, int length) throws IOException {
      sent.addAndGet(length);
      if (cut == Cut.AT_THE_ANSWER || !isCut()) {
        return Next.PASS;
      }
      if (cut == Cut.BY_HALVES) {
        ends.client().shutdownOutput();
        ends.client().getInputStream().transferTo(OutputStream.nullOutputStream());
      }
      return Next.CLOSE;
    }

    @Override
    public Next onAnswer(Ends ends, byte[] buffer, int length) {
      return cut == Cut.AT_THE_ANSWER && isCut() ? Next.CLOSE : Next.PASS;
    }

    private boolean isCut() {
      boolean cutsNow = sent.get() >= bytes && toCut.getAndDecrement() > 0;
      cuts.addAndGet(cutsNow ? 1 : 0);
      return cutsNow;
    }
  }
}

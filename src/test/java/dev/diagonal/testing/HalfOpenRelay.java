package dev.diagonal.testing;

import java.io.IOException;

/**
 * Stands between clients and a server of this machine. When a client dies the server does not learn
 * of it, as when the client's machine has lost its network: its connection stays open until the
 * relay is closed.
 *
 * @param relay passes everything but the ends of connections
 */
public record HalfOpenRelay(Relay relay) implements AutoCloseable {

  public static HalfOpenRelay to(int serverPort) throws IOException {
    Relay.Tap tap =
        new Relay.Tap() {
          @Override
          public boolean passesEnd() {
            return false;
          }
        };
    return new HalfOpenRelay(Relay.to(serverPort, () -> tap));
  }

  /** Returns the port on 127.0.0.1 that clients connect to. */
  public int port() {
    return relay.port();
  }

  @Override
  public void close() throws IOException {
    relay.close();
  }
}

package dev.diagonal.soak;

import java.io.IOException;
import java.util.List;

/** A load of random shape, by clients that are disturbed. */
interface Round extends AutoCloseable {

  /** Returns the commands. */
  List<Client> clients();

  /** Returns the table that somebody else may lock for a while. */
  String target();

  /** Writes down what the store holds at this moment; called again and again. */
  void observe() throws Exception;

  /** Writes down what the store holds when all clients have ended. */
  void check() throws Exception;

  /** Closes the relays of all clients. */
  @Override
  default void close() throws IOException {
    for (Client client : clients()) {
      for (ChaosRelay relay : client.relays()) {
        relay.close();
      }
    }
  }
}

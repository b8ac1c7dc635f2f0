package dev.diagonal.soak;

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
}

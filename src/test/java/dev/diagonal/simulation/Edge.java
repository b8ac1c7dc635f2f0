package dev.diagonal.simulation;

import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;

/**
 * A relationship.
 *
 * @param id its key, from 0
 * @param source the node it starts at, from 0
 * @param target the node it ends at
 * @param bad whether the server refuses it
 */
record Edge(int id, int source, int target, boolean bad) {

  /** Only measures how large an edge is. */
  static final class Size extends AtomicCoder<Edge> {

    static final Size CODER = new Size();

    private static final byte[] BYTES = new byte[13];

    @Override
    public void encode(Edge edge, OutputStream out) throws java.io.IOException {
      out.write(BYTES);
    }

    @Override
    public Edge decode(InputStream in) {
      throw new UnsupportedOperationException("edges are not decoded");
    }
  }
}

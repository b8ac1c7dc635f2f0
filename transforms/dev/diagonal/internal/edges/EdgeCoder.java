package dev.diagonal.internal.edges;

import dev.diagonal.internal.edges.Edge.IdKind;
import dev.diagonal.internal.files.stored.Piece;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;
import org.jspecify.annotations.Nullable;

/**
 * Encodes an {@link Edge}: a byte for the kinds of its ids; the numeric ids (zigzag varints; the
 * upper half of a place as eight bytes); then its texts, each as a byte for presence and UTF-8 with
 * its length. For a place, its piece follows in the same way.
 */
final class EdgeCoder extends AtomicCoder<Edge> {

  static final EdgeCoder OF = new EdgeCoder();

  /** The order is part of the encoding. */
  private static final List<IdKind> KINDS = List.of(IdKind.PLACE, IdKind.NUMBER, IdKind.TEXT);

  private static final StringUtf8Coder TEXT = StringUtf8Coder.of();
  private static final Coder<@Nullable Piece> PIECE = NullableCoder.of(Piece.coder());

  private EdgeCoder() {}

  @Override
  public void encode(Edge edge, OutputStream out) throws IOException {
    out.write(KINDS.indexOf(edge.idKind()) << 1 | (edge.isNamed() ? 1 : 0));
    if (edge.idKind() == IdKind.PLACE) {
      new DataOutputStream(out).writeLong(edge.idHigh());
    }
    if (edge.idKind() != IdKind.TEXT) {
      encode(edge.idLow(), out);
    }
    if (!edge.isNamed()) {
      encode(edge.sourceNumber(), out);
      encode(edge.targetNumber(), out);
    }
    @Nullable String[] texts = edge.texts();
    VarInt.encode(texts.length, out);
    for (String text : texts) {
      out.write(text == null ? 0 : 1);
      if (text != null) {
        TEXT.encode(text, out);
      }
    }
    if (edge.idKind() == IdKind.PLACE) {
      PIECE.encode(edge.piece(), out);
    }
  }

  @Override
  public Edge decode(InputStream in) throws IOException {
    int kinds = in.read();
    if (kinds < 0) {
      throw new EOFException("no edge");
    }
    if (kinds >> 1 >= KINDS.size()) {
      throw new CoderException("not an edge: it starts with " + kinds);
    }
    IdKind idKind = KINDS.get(kinds >> 1);
    boolean named = (kinds & 1) != 0;
    long idHigh = idKind == IdKind.PLACE ? new DataInputStream(in).readLong() : 0;
    long idLow = idKind == IdKind.TEXT ? 0 : decodeLong(in);
    long source = named ? 0 : decodeLong(in);
    long target = named ? 0 : decodeLong(in);
    @Nullable String[] texts = new String[VarInt.decodeInt(in)];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = in.read() == 0 ? null : TEXT.decode(in);
    }
    Piece piece = idKind == IdKind.PLACE ? PIECE.decode(in) : null;
    return new Edge(idKind, named, idHigh, idLow, source, target, texts, piece);
  }

  private static void encode(long value, OutputStream out) throws IOException {
    VarInt.encode((value << 1) ^ (value >> 63), out);
  }

  private static long decodeLong(InputStream in) throws IOException {
    long zigzag = VarInt.decodeLong(in);
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}

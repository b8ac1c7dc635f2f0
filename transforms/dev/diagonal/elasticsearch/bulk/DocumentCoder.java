package dev.diagonal.elasticsearch.bulk;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a {@link Document}: a byte with its operation and flags for index, routing and version,
 * then its id, these values and its source, each text with its length.
 */
final class DocumentCoder extends AtomicCoder<Document> {

  static final DocumentCoder INSTANCE = new DocumentCoder();

  private static final Operation[] OPERATIONS = Operation.values();
  private static final int OPERATION = 0x0F;
  private static final int HAS_INDEX = 0x10;
  private static final int HAS_ROUTING = 0x20;
  private static final int HAS_VERSION = 0x40;

  private DocumentCoder() {}

  // The order of the operations is part of the format.
  @SuppressWarnings("EnumOrdinal")
  @Override
  public void encode(Document document, OutputStream out) throws IOException {
    out.write(
        document.operation().ordinal()
            | (document.index() == null ? 0 : HAS_INDEX)
            | (document.routing() == null ? 0 : HAS_ROUTING)
            | (document.version() == null ? 0 : HAS_VERSION));
    StringUtf8Coder.of().encode(document.id(), out);
    encodeIfThere(document.index(), out);
    encodeIfThere(document.routing(), out);
    if (document.version() != null) {
      VarLongCoder.of().encode(document.version(), out);
    }
    ByteArrayCoder.of().encode(document.source(), out);
  }

  @Override
  public Document decode(InputStream in) throws IOException {
    int head = in.read();
    if (head < 0) {
      throw new EOFException("no document");
    }
    if ((head & OPERATION) >= OPERATIONS.length) {
      throw new CoderException("invalid first byte of a document: " + head);
    }
    String id = StringUtf8Coder.of().decode(in);
    String index = (head & HAS_INDEX) == 0 ? null : StringUtf8Coder.of().decode(in);
    String routing = (head & HAS_ROUTING) == 0 ? null : StringUtf8Coder.of().decode(in);
    Long version = (head & HAS_VERSION) == 0 ? null : VarLongCoder.of().decode(in);
    return new Document(
        id, OPERATIONS[head & OPERATION], index, routing, version, ByteArrayCoder.of().decode(in));
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }

  private static void encodeIfThere(@Nullable String value, OutputStream out) throws IOException {
    if (value != null) {
      StringUtf8Coder.of().encode(value, out);
    }
  }
}

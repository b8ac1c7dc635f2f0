package dev.diagonal.elasticsearch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;

/** Encodes a {@link Document} as its id and its source, each with its length. */
final class DocumentCoder extends AtomicCoder<Document> {

  static final DocumentCoder INSTANCE = new DocumentCoder();

  private DocumentCoder() {}

  @Override
  public void encode(Document document, OutputStream out) throws IOException {
    StringUtf8Coder.of().encode(document.id(), out);
    ByteArrayCoder.of().encode(document.source(), out);
  }

  @Override
  public Document decode(InputStream in) throws IOException {
    return new Document(StringUtf8Coder.of().decode(in), ByteArrayCoder.of().decode(in));
  }
}

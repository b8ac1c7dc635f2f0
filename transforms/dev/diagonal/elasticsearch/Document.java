package dev.diagonal.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import org.apache.beam.sdk.coders.Coder;

/**
 * A document to index: one of the same id that is there already is replaced.
 *
 * @param id what the document is known by; a function of the input, so that running twice changes
 *     nothing
 * @param source the document as a JSON object in UTF-8; neither copied nor to be changed afterwards
 */
// Arrays compare by contents here: see equals.
@SuppressWarnings("ArrayRecordComponent")
public record Document(String id, byte[] source) {

  /** Elasticsearch's limit for ids. */
  static final int MAX_ID_BYTES = 512;

  /**
   * @throws IllegalArgumentException if {@code id} has not 1 to 512 bytes in UTF-8, or {@code
   *     source} is empty
   */
  public Document {
    int idBytes = id.getBytes(UTF_8).length;
    checkArgument(
        idBytes >= 1 && idBytes <= MAX_ID_BYTES,
        "id must have 1 to %s bytes in UTF-8, got %s",
        MAX_ID_BYTES,
        idBytes);
    checkArgument(source.length > 0, "source of document %s must not be empty", id);
  }

  /** Returns the document with the JSON text {@code source}. */
  public static Document of(String id, String source) {
    return new Document(id, source.getBytes(UTF_8));
  }

  public static Coder<Document> coder() {
    return DocumentCoder.INSTANCE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Document document
        && id.equals(document.id)
        && Arrays.equals(source, document.source);
  }

  @Override
  public int hashCode() {
    return 31 * id.hashCode() + Arrays.hashCode(source);
  }

  /** Shows the id and the size, not the contents. */
  @Override
  public String toString() {
    return "Document[" + id + ", " + source.length + " bytes]";
  }
}

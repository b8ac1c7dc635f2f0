package dev.diagonal.elasticsearch.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.Objects;
import org.apache.beam.sdk.coders.Coder;
import org.jspecify.annotations.Nullable;

/**
 * A document and an operation on it. The default operation indexes it: it replaces an existing
 * document of the same id.
 *
 * @param id identifies the document; a function of the input, so that running twice changes
 *     nothing. Elasticsearch accepts 1 to 512 bytes; a writer refuses others, see {@code
 *     RefusedDocument}
 * @param operation what to do with the document
 * @param index the index it belongs to, or null for that of the {@link ElasticsearchTarget}
 * @param routing the value that decides its shard, or null for its id
 * @param version a whole number from 0, or null for none; the document with the higher version
 *     wins, in whatever order requests arrive
 * @param source the document as a JSON object in UTF-8, neither copied nor to be changed
 *     afterwards; empty for a deletion
 */
// Arrays compare by contents here: see equals.
@SuppressWarnings("ArrayRecordComponent")
public record Document(
    String id,
    Operation operation,
    @Nullable String index,
    @Nullable String routing,
    @Nullable Long version,
    byte[] source) {

  private static final byte[] NONE = {};

  /**
   * @throws IllegalArgumentException if {@code source} is empty and the operation is not a
   *     deletion, or the reverse; if {@code version} is negative, or set with an operation that
   *     neither indexes nor deletes
   */
  public Document {
    checkArgument(
        (source.length == 0) == (operation == Operation.DELETE),
        operation == Operation.DELETE
            ? "source of document %s, a deletion, must be empty"
            : "source of document %s must not be empty",
        id);
    checkArgument(
        version == null || operation.replacesAll(),
        "document %s has a version, but %s does not support versions: index or delete it",
        id,
        operation);
    checkArgument(
        version == null || version >= 0,
        "the version of document %s must be a whole number from 0, got %s",
        id,
        version);
  }

  /** Creates a document to index. */
  public Document(String id, byte[] source) {
    this(id, Operation.INDEX, null, null, null, source);
  }

  /** Returns the document with the JSON text {@code source}, to index. */
  public static Document of(String id, String source) {
    return new Document(id, source.getBytes(UTF_8));
  }

  /** Returns the deletion of the document of this id. */
  public static Document deletion(String id) {
    return new Document(id, Operation.DELETE, null, null, null, NONE);
  }

  /**
   * Sets the operation; default {@link Operation#INDEX}.
   *
   * @throws IllegalArgumentException if it has a source and {@code operation} is a deletion, or the
   *     reverse
   */
  public Document withOperation(Operation operation) {
    return new Document(id, operation, index, routing, version, source);
  }

  /** Sets the index it belongs to; default that of the {@link ElasticsearchTarget}. */
  public Document withIndex(String index) {
    return new Document(id, operation, index, routing, version, source);
  }

  /** Sets the value that decides its shard; default its id. */
  public Document withRouting(String routing) {
    return new Document(id, operation, index, routing, version, source);
  }

  /**
   * Sets its version; default none. Elasticsearch refuses an older version of an existing document
   * ({@code version_type=external_gte}): the older one is superseded, which is not a fault. After a
   * deletion, it remembers the version for {@code index.gc_deletes}, 60 seconds by default.
   *
   * @throws IllegalArgumentException if {@code version} is negative, or the operation neither
   *     indexes nor deletes
   */
  public Document withVersion(long version) {
    return new Document(id, operation, index, routing, version, source);
  }

  public static Coder<Document> coder() {
    return DocumentCoder.INSTANCE;
  }

  /** Returns whether another document of the same key has a higher version, and so wins. */
  public boolean isOlderThan(Document other) {
    return version != null && other.version != null && version < other.version;
  }

  /** Returns the key: a document replaces another one of the same key. */
  public Object key() {
    return index == null && routing == null ? id : new Key(id, index, routing);
  }

  private record Key(String id, @Nullable String index, @Nullable String routing) {}

  @Override
  public boolean equals(Object other) {
    return other instanceof Document document
        && id.equals(document.id)
        && operation == document.operation
        && Objects.equals(index, document.index)
        && Objects.equals(routing, document.routing)
        && Objects.equals(version, document.version)
        && Arrays.equals(source, document.source);
  }

  @Override
  public int hashCode() {
    return 31 * id.hashCode() + Arrays.hashCode(source);
  }

  /** Shows the id and the size, not the contents. */
  @Override
  public String toString() {
    return (operation == Operation.INDEX ? "Document[" : operation + "[")
        + (index == null ? "" : index + "/")
        + id
        + ", "
        + source.length
        + " bytes]";
  }
}

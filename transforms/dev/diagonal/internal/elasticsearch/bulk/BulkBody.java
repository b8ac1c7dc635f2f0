package dev.diagonal.internal.elasticsearch.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.Operation;
import java.io.ByteArrayOutputStream;
import org.apache.http.HttpEntity;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.jspecify.annotations.Nullable;

/**
 * The body of a bulk request: per document a line with the action and, except for deletions, a line
 * with the source.
 */
final class BulkBody extends ByteArrayOutputStream {

  private static final ContentType NEWLINE_DELIMITED = ContentType.create("application/x-ndjson");

  private static final byte[] ID = "\":{\"_id\":\"".getBytes(UTF_8);
  private static final byte[] INDEX = "\",\"_index\":\"".getBytes(UTF_8);
  private static final byte[] ROUTING = "\",\"routing\":\"".getBytes(UTF_8);
  private static final byte[] VERSION =
      ",\"version_type\":\"external_gte\",\"version\":".getBytes(UTF_8);
  private static final byte[] END_VERSION = "}}\n".getBytes(UTF_8);
  private static final byte[] END = "\"}}\n".getBytes(UTF_8);
  private static final byte[] BEFORE_PARTIAL = "{\"doc\":".getBytes(UTF_8);
  private static final byte[] AFTER_UPDATE = "}".getBytes(UTF_8);
  private static final byte[] AFTER_UPSERT = ",\"doc_as_upsert\":true}".getBytes(UTF_8);

  BulkBody(long bytes) {
    super((int) Math.min(bytes, Integer.MAX_VALUE - 8));
  }

  /** Exact if id, index and routing are ASCII and need no escapes; otherwise an approximation. */
  static long bytesOf(Document document) {
    long bytes =
        2L
            + document.operation().action().length()
            + ID.length
            + document.id().length()
            + END.length;
    if (document.index() != null) {
      bytes += INDEX.length + document.index().length();
    }
    if (document.routing() != null) {
      bytes += ROUTING.length + document.routing().length();
    }
    if (document.version() != null) {
      bytes += VERSION.length + document.version().toString().length();
    }
    return switch (document.operation()) {
      case DELETE -> bytes;
      case INDEX, CREATE -> bytes + document.source().length + 1;
      case UPDATE ->
          bytes + BEFORE_PARTIAL.length + document.source().length + AFTER_UPDATE.length + 1;
      case UPSERT ->
          bytes + BEFORE_PARTIAL.length + document.source().length + AFTER_UPSERT.length + 1;
    };
  }

  void add(Document document) {
    write('{');
    write('"');
    writeBytes(document.operation().action().getBytes(UTF_8));
    writeField(ID, document.id());
    writeField(INDEX, document.index());
    writeField(ROUTING, document.routing());
    if (document.version() == null) {
      writeBytes(END);
    } else {
      write('"');
      writeBytes(VERSION);
      writeBytes(document.version().toString().getBytes(UTF_8));
      writeBytes(END_VERSION);
    }
    if (document.operation().isPartial()) {
      writeBytes(BEFORE_PARTIAL);
      writeOnOneLine(document.source());
      writeBytes(document.operation() == Operation.UPSERT ? AFTER_UPSERT : AFTER_UPDATE);
      write('\n');
    } else if (document.operation() != Operation.DELETE) {
      writeOnOneLine(document.source());
      write('\n');
    }
  }

  /** Returns the entity to send; nothing may be added afterwards. */
  HttpEntity toEntity() {
    return new NByteArrayEntity(buf, 0, count, NEWLINE_DELIMITED);
  }

  private void writeField(byte[] before, @Nullable String value) {
    if (value != null) {
      writeBytes(before);
      writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(value));
    }
  }

  // In JSON a line break can occur only between tokens, where a space is equivalent.
  private void writeOnOneLine(byte[] source) {
    int from = count;
    writeBytes(source);
    for (int i = from; i < count; i++) {
      if (buf[i] == '\n' || buf[i] == '\r') {
        buf[i] = ' ';
      }
    }
  }
}

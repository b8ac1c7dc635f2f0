package dev.diagonal.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The bodies of bulk requests: for each document a line with its id and a line with its source. */
final class BulkBody {

  private static final byte[] BEFORE_ID = "{\"index\":{\"_id\":\"".getBytes(UTF_8);
  private static final byte[] AFTER_ID = "\"}}\n".getBytes(UTF_8);

  private BulkBody() {}

  /**
   * Cuts documents, in order, into batches of at most {@code maxDocuments} and {@code maxBytes}
   * bytes of body; a document larger than that goes alone.
   */
  static List<List<Document>> cut(List<Document> documents, int maxDocuments, long maxBytes) {
    List<List<Document>> batches = new ArrayList<>();
    int from = 0;
    long bytes = 0;
    for (int i = 0; i < documents.size(); i++) {
      long more = bytesOf(documents.get(i));
      if (i > from && (i - from == maxDocuments || bytes + more > maxBytes)) {
        batches.add(documents.subList(from, i));
        from = i;
        bytes = 0;
      }
      bytes += more;
    }
    if (from < documents.size()) {
      batches.add(documents.subList(from, documents.size()));
    }
    return batches;
  }

  /**
   * Leaves the last document of each id: an earlier one, rejected and sent again, would otherwise
   * replace a later one.
   */
  static Collection<Document> lastOfEachId(List<Document> batch) {
    Map<String, Document> last = new LinkedHashMap<>(batch.size() * 2);
    for (Document document : batch) {
      last.put(document.id(), document);
    }
    return last.values();
  }

  static byte[] encode(Collection<Document> documents) {
    long bytes = documents.stream().mapToLong(BulkBody::bytesOf).sum();
    Buffer body = new Buffer((int) Math.min(bytes, Integer.MAX_VALUE - 8));
    for (Document document : documents) {
      body.writeBytes(BEFORE_ID);
      body.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(document.id()));
      body.writeBytes(AFTER_ID);
      body.writeLine(document.source());
    }
    return body.toByteArray();
  }

  // Exact for ids in ASCII without anything to escape; close enough for the others.
  private static long bytesOf(Document document) {
    return (long) BEFORE_ID.length
        + document.id().length()
        + AFTER_ID.length
        + document.source().length
        + 1;
  }

  private static final class Buffer extends ByteArrayOutputStream {
    Buffer(int size) {
      super(size);
    }

    // In JSON a line break can only stand between tokens, where a space does as well.
    void writeLine(byte[] source) {
      int from = count;
      writeBytes(source);
      for (int i = from; i < count; i++) {
        if (buf[i] == '\n' || buf[i] == '\r') {
          buf[i] = ' ';
        }
      }
      write('\n');
    }
  }
}

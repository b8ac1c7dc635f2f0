package dev.diagonal.internal.elasticsearch.bulk;

import dev.diagonal.elasticsearch.bulk.Document;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The documents of the next request. A document that replaces an earlier one of its key takes its
 * place. If both were sent, the earlier one could be rejected, sent again, and then replace the
 * later one. Of two documents with versions, the one with the higher version counts as the later
 * one.
 */
final class BulkBuffer<P> {

  private final List<Entry<P>> entries = new ArrayList<>();
  private final Map<Object, Integer> positions = new HashMap<>();
  private long bytes;

  /** Returns whether a document must not be in one request with those in this buffer. */
  boolean mustWait(Document document) {
    return !document.operation().replacesAll() && has(document.key());
  }

  boolean has(Object key) {
    return positions.containsKey(key);
  }

  void add(Document document, P place) {
    Object key = document.key();
    bytes += BulkBody.bytesOf(document);
    Integer position = positions.get(key);
    if (position == null) {
      positions.put(key, entries.size());
      entries.add(new Entry<>(document, place, null));
    } else {
      Entry<P> earlier = entries.get(position);
      bytes -= BulkBody.bytesOf(earlier.document());
      Entry<P> merged = Entry.latestOf(earlier, document, place);
      bytes += BulkBody.bytesOf(merged.document()) - BulkBody.bytesOf(document);
      entries.set(position, merged);
    }
  }

  int documents() {
    return entries.size();
  }

  /** Returns the size of the request body in bytes. */
  long bytes() {
    return bytes;
  }

  List<Entry<P>> entries() {
    return entries;
  }
}

package dev.diagonal.internal.elasticsearch.bulk;

import dev.diagonal.elasticsearch.bulk.Document;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The documents of the next request. One that replaces all of an earlier one of its key takes that
 * one's place: sent side by side, the earlier one could be rejected, be sent again, and replace the
 * later one. Of two with versions, the higher version counts as the later one.
 */
final class BulkBuffer<P> {

  private final List<Entry<P>> entries = new ArrayList<>();
  private final Map<Object, Integer> positions = new HashMap<>();
  private long bytes;

  /** Whether a document may not stand in one request with those that are here. */
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

  /** Returns how many bytes of body they take. */
  long bytes() {
    return bytes;
  }

  List<Entry<P>> entries() {
    return entries;
  }
}

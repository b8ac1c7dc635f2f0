package dev.diagonal.internal.elasticsearch.bulk;

import dev.diagonal.elasticsearch.bulk.Document;
import org.jspecify.annotations.Nullable;

/**
 * A document to be sent.
 *
 * @param place the origin of the document, for reports
 * @param replaced an earlier document of the same key that this one replaces; if this one is
 *     refused, the earlier one is sent, as if both had been sent in order
 */
record Entry<P>(Document document, P place, @Nullable Entry<P> replaced) {

  /**
   * Returns the later one of {@code earlier}, with those it replaces, and a document of the same
   * key.
   */
  static <P> Entry<P> latestOf(@Nullable Entry<P> earlier, Document document, P place) {
    return earlier == null || !document.isOlderThan(earlier.document)
        ? new Entry<>(document, place, earlier)
        : new Entry<>(earlier.document, earlier.place, latestOf(earlier.replaced, document, place));
  }
}

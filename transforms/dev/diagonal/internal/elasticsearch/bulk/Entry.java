package dev.diagonal.internal.elasticsearch.bulk;

import dev.diagonal.elasticsearch.bulk.Document;
import org.jspecify.annotations.Nullable;

/**
 * A document on its way.
 *
 * @param place whose document it is, for the account
 * @param replaced an earlier document of the same key that this one stands for too, unless it is
 *     refused: then the earlier one is sent, as if one had been sent after the other
 */
record Entry<P>(Document document, P place, @Nullable Entry<P> replaced) {

  /** Returns the latest of {@code earlier}, those it replaces, and a document of the same key. */
  static <P> Entry<P> latestOf(@Nullable Entry<P> earlier, Document document, P place) {
    return earlier == null || !document.isOlderThan(earlier.document)
        ? new Entry<>(document, place, earlier)
        : new Entry<>(earlier.document, earlier.place, latestOf(earlier.replaced, document, place));
  }
}

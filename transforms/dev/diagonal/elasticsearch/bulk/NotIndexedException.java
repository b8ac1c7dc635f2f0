package dev.diagonal.elasticsearch.bulk;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * A writer gave up. Says of every document given since the last flush what became of it: so many
 * are in effect, so many were refused, and of these nobody knows.
 */
public final class NotIndexedException extends IOException {

  private static final int SHOWN = 3;

  private final List<String> unconfirmedIds;

  public NotIndexedException(
      String target, long indexed, long refused, List<String> unconfirmedIds, Exception cause) {
    super(
        String.format(
            Locale.ROOT,
            "of %,d documents for %s %,d are indexed, %,d were refused and %,d are not confirmed%s: %s",
            unconfirmedIds.size() + indexed + refused,
            target,
            indexed,
            refused,
            unconfirmedIds.size(),
            unconfirmedIds.isEmpty()
                ? ""
                : " (ids "
                    + String.join(
                        ", ", unconfirmedIds.subList(0, Math.min(SHOWN, unconfirmedIds.size())))
                    + (unconfirmedIds.size() > SHOWN ? ", …)" : ")"),
            cause.getMessage()),
        cause);
    this.unconfirmedIds = List.copyOf(unconfirmedIds);
  }

  /**
   * Returns the ids of the documents that Elasticsearch did not confirm, those not sent included.
   * If a connection or an answer was lost, some may be there all the same; sending them again does
   * no harm.
   */
  public List<String> unconfirmedIds() {
    return unconfirmedIds;
  }
}

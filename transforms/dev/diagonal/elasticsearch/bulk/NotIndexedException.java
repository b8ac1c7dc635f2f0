package dev.diagonal.elasticsearch.bulk;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * A writer failed. The message counts the documents since the last flush that are in effect,
 * refused and unconfirmed.
 */
public final class NotIndexedException extends IOException {

  private static final int SHOWN = 3;

  private final List<String> unconfirmedIds;

  public NotIndexedException(
      String target, long indexed, long refused, List<String> unconfirmedIds, Exception cause) {
    super(
        String.format(
            Locale.ROOT,
            "of %,d documents for %s, %,d are indexed, %,d were refused and %,d are not confirmed%s: %s",
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
   * Returns the ids of the documents that Elasticsearch did not confirm, including those not sent.
   * After a lost connection or response, some may be indexed nonetheless; sending them again is
   * harmless.
   */
  public List<String> unconfirmedIds() {
    return unconfirmedIds;
  }
}

package dev.diagonal.elasticsearch;

import java.io.IOException;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Tells which faults of Elasticsearch, and of the way to it, may pass. */
final class ElasticsearchFaults {

  /** Answers to a whole request: too many requests, bad gateway, unavailable, gateway time-out. */
  static final Set<Integer> RETRYABLE_STATUSES = Set.of(429, 502, 503, 504);

  /** Answers to one document of a bulk request: too many requests, shard unavailable. */
  static final Set<Integer> RETRYABLE_ITEM_STATUSES = Set.of(429, 503);

  private ElasticsearchFaults() {}

  /** Whether the same request may succeed later: the faults of connections may all pass. */
  static boolean isRetryable(Exception fault) {
    if (fault instanceof AnswerException answer) {
      return RETRYABLE_STATUSES.contains(answer.status());
    }
    return fault instanceof IOException
        && !(fault instanceof RefusedException)
        && !(fault instanceof SSLHandshakeException)
        && !(fault instanceof SSLPeerUnverifiedException);
  }

  /** An answer of Elasticsearch, or of what stands before it, to a request as a whole. */
  static final class AnswerException extends IOException {
    private final int status;
    private final String type;

    AnswerException(int status, String type, String reason) {
      super("HTTP " + status + (type.isEmpty() ? "" : ", " + type + ": " + reason));
      this.status = status;
      this.type = type;
    }

    int status() {
      return status;
    }

    String type() {
      return type;
    }
  }

  /** Items that will be refused as often as they are sent. */
  static final class RefusedException extends IOException {
    RefusedException(String message) {
      super(message);
    }
  }

  /** Items that were rejected and may be taken later. */
  static final class RejectedException extends IOException {
    RejectedException(String message) {
      super(message);
    }
  }
}

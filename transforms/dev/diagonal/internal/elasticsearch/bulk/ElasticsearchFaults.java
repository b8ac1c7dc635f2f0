package dev.diagonal.internal.elasticsearch.bulk;

import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.bulk.Operation;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.elasticsearch.bulk.BulkResponse.Item;
import dev.diagonal.internal.metrics.AnnouncedRetries;
import java.io.IOException;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Classifies faults of Elasticsearch and of the connection to it: which are transient, and which
 * are caused by documents.
 */
public final class ElasticsearchFaults {

  /** Statuses of a whole request: too many requests, bad gateway, unavailable, gateway timeout. */
  static final Set<Integer> RETRYABLE_STATUSES = Set.of(429, 502, 503, 504);

  /** Statuses of one document of a bulk request: too many requests, shard unavailable. */
  static final Set<Integer> RETRYABLE_ITEM_STATUSES = Set.of(429, 503);

  /**
   * Statuses of a bulk request that a part of its documents may have caused: a line that cannot be
   * parsed, too many bytes.
   */
  static final Set<Integer> DIVISIBLE_STATUSES = Set.of(400, 413);

  /**
   * The prefixes of illegal-argument messages, which have no type of their own, that blame the
   * index.
   */
  private static final Set<String> FAULTS_OF_INDEX =
      Set.of(
          "no write index is defined for alias",
          "only write ops with an op_type of create are allowed in data streams",
          "pipeline with id [");

  /** The error type of an index that is created twice. */
  public static final String ALREADY_EXISTS = "resource_already_exists_exception";

  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int SERVER_ERROR = 500;

  private ElasticsearchFaults() {}

  /** What an item of a bulk response means for its document. */
  enum Outcome {
    /** The document is in effect. */
    DONE,
    /** There was no document to delete. */
    MISSING,
    /** A newer version of the document is in effect. */
    SUPERSEDED,
    /** The document should be sent again. */
    AGAIN,
    /** The document itself is at fault. */
    REFUSED,
    /** The index or the cluster is at fault: other documents would fail as well. */
    FAILED
  }

  /** Returns whether the same request may succeed later; all connection faults may. */
  public static boolean isRetryable(Exception fault) {
    if (fault instanceof AnswerException answer) {
      return RETRYABLE_STATUSES.contains(answer.status());
    }
    return fault instanceof IOException
        && !(fault instanceof ItemsFailedException)
        && !(fault instanceof SSLHandshakeException)
        && !(fault instanceof SSLPeerUnverifiedException)
        && !isWithoutTls(fault);
  }

  /** Returns whether the server answered a TLS handshake with something else. */
  public static boolean isWithoutTls(Throwable fault) {
    return fault instanceof SSLException
        && String.valueOf(fault.getMessage()).contains("nrecognized SSL message");
  }

  /**
   * Returns {@link #isRetryable}. Warns the first time that no server responds, and limits the time
   * of the further attempts.
   */
  public static Predicate<Exception> retryable(Retry retry, ElasticsearchTarget target) {
    return new AnnouncedRetries(
        ElasticsearchFaults::isRetryable,
        fault -> fault instanceof IOException && !(fault instanceof AnswerException),
        retry.waits(),
        (fault, seconds) ->
            "no Elasticsearch server responds at %s: %s. Retrying for about %s s"
                .formatted(String.join(", ", target.urls()), fault.getMessage(), seconds));
  }

  static Outcome outcomeOf(Document document, Item item) {
    Operation operation = document.operation();
    int status = item.status();
    if (item.type().equals(BulkResponse.DROPPED)) {
      return Outcome.REFUSED;
    }
    if (status >= 200 && status < 300) {
      return Outcome.DONE;
    }
    if (RETRYABLE_ITEM_STATUSES.contains(status)) {
      return Outcome.AGAIN;
    }
    if (status == CONFLICT && operation == Operation.CREATE) {
      return Outcome.DONE; // by an earlier attempt, bundle or run
    }
    if (status == CONFLICT && document.version() != null) {
      return Outcome.SUPERSEDED;
    }
    if (status == CONFLICT && operation.isPartial()) {
      return Outcome.AGAIN; // a concurrent update changed it
    }
    if (status == NOT_FOUND && operation == Operation.DELETE && item.type().isEmpty()) {
      return Outcome.MISSING;
    }
    if (isFaultOfIndex(item)) {
      return Outcome.FAILED;
    }
    return status < BAD_REQUEST
            || status >= SERVER_ERROR
            || status == UNAUTHORIZED
            || status == FORBIDDEN
        ? Outcome.FAILED
        : Outcome.REFUSED;
  }

  /** Returns whether the index accepts no document, whatever it contains. */
  private static boolean isFaultOfIndex(Item item) {
    return item.type().startsWith("index_") // missing, closed, not to be created
        || item.type().equals("routing_missing_exception")
        || FAULTS_OF_INDEX.stream().anyMatch(item.reason()::startsWith);
  }

  /** A response of Elasticsearch, or of a proxy, to a whole request. */
  public static final class AnswerException extends IOException {
    private final int status;
    private final String type;
    private final String reason;

    AnswerException(int status, String type, String reason) {
      super("HTTP " + status + (type.isEmpty() ? "" : ", " + type + ": " + reason));
      this.status = status;
      this.type = type;
      this.reason = reason;
    }

    public int status() {
      return status;
    }

    public String type() {
      return type;
    }

    public String reason() {
      return reason;
    }
  }

  /** Items that failed permanently and not because of their documents. */
  static final class ItemsFailedException extends IOException {
    ItemsFailedException(String message) {
      super(message);
    }
  }

  /** Items that were rejected but may be accepted later. */
  static final class RejectedException extends IOException {
    RejectedException(String message) {
      super(message);
    }
  }
}

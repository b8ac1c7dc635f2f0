package dev.diagonal.internal.elasticsearch.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkState;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.NotIndexedException;
import dev.diagonal.internal.elasticsearch.bulk.BulkRequest.Refused;
import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Indexes documents in Elasticsearch by bulk requests, several in flight while the next one fills,
 * and reports the result of each document to a listener. Does not depend on Beam.
 *
 * <p>Guarantee: when {@link #flush} returns, every document is in effect at least once, or was
 * refused and reported. Documents of the same key in one writer take effect in order; those of
 * different keys, or writers, in any order.
 *
 * <p>Faults: rejected documents (429, 503) are sent again alone. A request is sent again if it gets
 * 429, 502, 503, 504, no response or an unreadable one. A request that is refused for its contents
 * or size (400, 413) is halved until the bad documents are alone. Waits grow, within {@link
 * BulkSettings#retry}. A {@code create} of an existing document succeeds; a deletion of a missing
 * one is reported as missing. A document of an older version than the index has is superseded.
 * Documents that will never be accepted are reported as refused: status 400 and the like, an id
 * that does not have 1 to 512 bytes, or more bytes than {@link BulkSettings#maxDocumentBytes}. Any
 * other fault, and one that persists after retries, is thrown as {@link NotIndexedException}; the
 * writer then cannot be used again.
 *
 * <p>Memory: the documents of {@link BulkSettings#writerRequests} requests and of the next one.
 *
 * <p>Not thread-safe; all calls of the listener are made by the thread that adds documents.
 *
 * @param <P> identifies the origin of documents
 */
public final class BulkWriter<P> implements AutoCloseable {

  private static final int MAX_ID_BYTES = 512;

  private final BulkSettings settings;
  private final BulkListener<P> listener;
  private final BulkSession session;
  private final Map<BulkRequest<P>, BulkBuffer<P>> inFlight = new LinkedHashMap<>();
  private final BlockingQueue<BulkRequest<P>> ended = new LinkedBlockingQueue<>();
  private BulkBuffer<P> next = new BulkBuffer<>();
  private volatile boolean givenUp;
  private boolean closed;
  private @Nullable Document incoming;
  private long indexed;
  private long refused;

  private BulkWriter(BulkSettings settings, BulkListener<P> listener) {
    this.settings = settings;
    this.listener = listener;
    this.session = BulkSession.acquire(settings);
  }

  /** Opens a writer. It sends nothing yet, so an unreachable server is noticed later. */
  public static <P> BulkWriter<P> open(BulkSettings settings, BulkListener<P> listener) {
    return new BulkWriter<>(settings, listener);
  }

  /**
   * Adds a document; waits while the maximum number of requests is in flight.
   *
   * @param place the origin of the document, for the listener
   * @throws NotIndexedException if a request failed permanently
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void accept(Document document, P place) throws IOException, InterruptedException {
    checkState(!closed && !givenUp, "the writer is closed or has failed");
    incoming = document;
    settleEnded();
    RefusedDocument unfit = unfit(document);
    if (unfit != null) {
      incoming = null;
      Exception fault = refuse(place, unfit);
      if (fault != null) {
        giveUp(List.of(), fault);
      }
      return;
    }
    if (next.documents() > 0
        && (next.bytes() + BulkBody.bytesOf(document) > settings.bulkBytes()
            || next.mustWait(document))) {
      send();
    }
    next.add(document, place);
    incoming = null;
    if (next.documents() == settings.bulkDocuments()) {
      send();
    }
  }

  /**
   * Sends the remaining documents and waits for all responses.
   *
   * @throws NotIndexedException if a request failed permanently
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void flush() throws IOException, InterruptedException {
    checkState(!closed && !givenUp, "the writer is closed or has failed");
    if (next.documents() > 0) {
      send();
    }
    while (!inFlight.isEmpty()) {
      settle(ended.take());
    }
    indexed = 0;
    refused = 0;
  }

  /** Abandons what was not flushed: requests in flight end by themselves, and none is retried. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      givenUp = true;
      session.release();
    }
  }

  private void send() throws IOException, InterruptedException {
    while (inFlight.size() >= settings.writerRequests() || overtakes()) {
      settle(ended.take());
    }
    BulkRequest<P> request =
        new BulkRequest<>(settings, session.connection(), next.entries(), () -> givenUp);
    inFlight.put(request, next);
    next = new BulkBuffer<>();
    session.execute(
        () -> {
          try {
            request.run();
          } finally {
            ended.add(request);
          }
        });
  }

  /**
   * Returns whether the next request could overtake one in flight that has a document of the same
   * key.
   */
  private boolean overtakes() {
    return inFlight.values().stream()
        .anyMatch(flying -> next.entries().stream().anyMatch(e -> flying.has(e.document().key())));
  }

  private void settleEnded() throws IOException, InterruptedException {
    for (BulkRequest<P> request = ended.poll(); request != null; request = ended.poll()) {
      settle(request);
    }
  }

  private void settle(BulkRequest<P> request) throws IOException, InterruptedException {
    Exception notTaken = account(request);
    Exception fault = request.failure() == null ? notTaken : request.failure();
    if (fault != null) {
      giveUp(request.unconfirmed(), fault);
    }
  }

  /** Reports all documents of a request; returns the first exception of the listener. */
  private @Nullable Exception account(BulkRequest<P> request) {
    inFlight.remove(request);
    int documents = report(request.first(), request.done(), listener::indexed);
    int superseded = report(request.first(), request.superseded(), listener::superseded);
    boolean isSure = request.isSureOfMissing();
    int missing =
        report(
            request.first(),
            request.missing(),
            (place, count) -> listener.missing(place, count, isSure));
    indexed += documents + superseded + missing;
    listener.ended(
        request.first(),
        new Written(
            settings.target().index(),
            documents,
            request.sent(),
            request.millis(),
            request.changes().plus(Changes.unmatched(missing, isSure))));
    Exception first = null;
    for (Refused<P> document : request.refused()) {
      Exception thrown = refuse(document.place(), document.document());
      first = first == null ? thrown : first;
    }
    return first;
  }

  private interface Report<P> {
    void report(P place, int documents);
  }

  /** Reports documents; adjacent ones of one origin together. */
  private static <P> int report(P first, List<Entry<P>> entries, Report<P> listener) {
    int documents = 0;
    P place = first;
    int ofPlace = 0;
    for (Entry<P> newest : entries) {
      for (Entry<P> entry = newest; entry != null; entry = entry.replaced()) {
        if (entry.place() != place) {
          report(place, ofPlace, listener);
          place = entry.place();
          ofPlace = 0;
        }
        ofPlace++;
        documents++;
      }
    }
    report(place, ofPlace, listener);
    return documents;
  }

  private static <P> void report(P place, int documents, Report<P> listener) {
    if (documents > 0) {
      listener.report(place, documents);
    }
  }

  private @Nullable Exception refuse(P place, RefusedDocument document) {
    refused++;
    try {
      listener.refused(place, document);
      return null;
    } catch (Exception notTaken) {
      return notTaken;
    }
  }

  /** Waits for requests in flight, which are not retried, so that the report is complete. */
  private void giveUp(List<Entry<P>> unsent, Exception fault)
      throws IOException, InterruptedException {
    givenUp = true;
    List<String> unconfirmed = new ArrayList<>();
    addIds(unsent, unconfirmed);
    while (!inFlight.isEmpty()) {
      BulkRequest<P> other = ended.take();
      Exception notTaken = account(other);
      if (notTaken != null && notTaken != fault) {
        fault.addSuppressed(notTaken);
      }
      addIds(other.unconfirmed(), unconfirmed);
    }
    addIds(next.entries(), unconfirmed);
    if (incoming != null) {
      unconfirmed.add(incoming.id());
    }
    throw new NotIndexedException(
        settings.target().toString(), indexed, refused, unconfirmed, fault);
  }

  private void addIds(List<Entry<P>> entries, List<String> ids) {
    for (Entry<P> newest : entries) {
      for (Entry<P> entry = newest; entry != null; entry = entry.replaced()) {
        ids.add(entry.document().id());
      }
    }
  }

  private @Nullable RefusedDocument unfit(Document document) {
    String id = document.id();
    int idBytes = id.length() * 3 <= MAX_ID_BYTES ? id.length() : id.getBytes(UTF_8).length;
    if (idBytes < 1 || idBytes > MAX_ID_BYTES) {
      return new RefusedDocument(
          document,
          RefusedDocument.NOT_SENT,
          "invalid_id",
          "an id must have 1 to %s bytes in UTF-8, got %s".formatted(MAX_ID_BYTES, idBytes));
    }
    long bytes = BulkBody.bytesOf(document);
    if (bytes > settings.maxDocumentBytes()) {
      return new RefusedDocument(
          document,
          RefusedDocument.NOT_SENT,
          "document_too_large",
          "a document may take up to %s bytes of a request, this one takes %s"
              .formatted(settings.maxDocumentBytes(), bytes));
    }
    return null;
  }
}

package dev.diagonal.internal.elasticsearch.bulk;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.internal.elasticsearch.bulk.BulkResponse.Item;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.ItemsFailedException;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.Outcome;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.RejectedException;
import dev.diagonal.internal.metrics.RunRecorder;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.metrics.Changes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.http.HttpEntity;
import org.elasticsearch.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * Documents that are sent together. Rejected documents are sent again; a request that is refused
 * entirely is halved. {@link #run} is called once, on any thread; results may be read after it has
 * ended.
 */
final class BulkRequest<P> implements Runnable {

  private static final int CREATED = 201;

  /**
   * How long the server waits for a live shard before it rejects documents, which are then sent
   * again. With its default of one minute, eight attempts would take eight minutes.
   */
  private static final String SERVER_WAIT = "5s";

  private static final String NO_LIVE_SHARD = "unavailable_shards_exception";

  private final BulkSettings settings;
  private final ElasticsearchConnection connection;
  private final BooleanSupplier givenUp;
  private final P first;
  private final Deque<List<Entry<P>>> unsent = new ArrayDeque<>();
  private final List<Entry<P>> done = new ArrayList<>();
  private final List<Entry<P>> superseded = new ArrayList<>();
  private final List<Entry<P>> missing = new ArrayList<>();
  private final List<Refused<P>> refused = new ArrayList<>();
  private Changes changes = Changes.UNKNOWN;
  private boolean warned;
  private int sent;
  private long millis;
  private @Nullable Exception failure;

  /** A document that Elasticsearch refused. */
  record Refused<P>(P place, RefusedDocument document) {}

  /**
   * @param entries the documents; those of the same key must be independent of order
   * @param givenUp whether further attempts are useless
   */
  BulkRequest(
      BulkSettings settings,
      ElasticsearchConnection connection,
      List<Entry<P>> entries,
      BooleanSupplier givenUp) {
    this.settings = settings;
    this.connection = connection;
    this.givenUp = givenUp;
    this.first = entries.get(0).place();
    unsent.add(entries);
  }

  @Override
  public void run() {
    long startNanos = System.nanoTime();
    RunRecorder.Open open = RunRecorder.open(() -> "index " + settings.target().index(), null, 0);
    try {
      settings
          .retry()
          .call(
              this::sendAll,
              fault -> !givenUp.getAsBoolean() && ElasticsearchFaults.isRetryable(fault));
    } catch (Exception fault) {
      failure = fault;
    } finally {
      millis = (System.nanoTime() - startNanos) / 1_000_000;
      open.close(done.size(), Math.max(1, sent), failure != null);
    }
  }

  P first() {
    return first;
  }

  /** Returns the documents in effect. */
  List<Entry<P>> done() {
    return done;
  }

  /** Returns the documents of which the index has newer versions. */
  List<Entry<P>> superseded() {
    return superseded;
  }

  /** Returns the deletions whose documents the index did not have when they were answered. */
  List<Entry<P>> missing() {
    return missing;
  }

  /**
   * Returns whether an earlier attempt cannot have deleted the {@link #missing} documents. With
   * several nodes the client itself may have sent the request to another one before.
   */
  boolean isSureOfMissing() {
    return sent == 1 && settings.target().urls().size() == 1;
  }

  List<Refused<P>> refused() {
    return refused;
  }

  /** Returns the documents that are not known to be in effect. */
  List<Entry<P>> unconfirmed() {
    return unsent.stream().flatMap(List::stream).toList();
  }

  /** Returns how often a request was sent. */
  int sent() {
    return sent;
  }

  long millis() {
    return millis;
  }

  /** Returns why some documents are unconfirmed; null if all are confirmed. */
  @Nullable Exception failure() {
    return failure;
  }

  /**
   * Makes one attempt at all documents that are not in effect. Throws if some of them should be
   * sent again.
   */
  private boolean sendAll() throws IOException {
    Faults<P> rejected = new Faults<>();
    Faults<P> failed = new Faults<>();
    try {
      while (!unsent.isEmpty() && failed.entries.isEmpty()) {
        send(unsent.peek(), rejected, failed);
      }
    } finally {
      rejected.keepIn(unsent);
      failed.keepIn(unsent);
    }
    if (!failed.entries.isEmpty()) {
      throw new ItemsFailedException(failed.describe("failed"));
    }
    if (!rejected.entries.isEmpty()) {
      throw new RejectedException(rejected.describe("rejected"));
    }
    return true;
  }

  /** Sends the first unsent documents, and removes them if there is a result for each. */
  private void send(List<Entry<P>> entries, Faults<P> rejected, Faults<P> failed)
      throws IOException {
    List<Item> items;
    try {
      items = answerTo(entries);
    } catch (AnswerException answer) {
      if (!ElasticsearchFaults.DIVISIBLE_STATUSES.contains(answer.status())) {
        throw answer;
      }
      unsent.remove();
      if (entries.size() == 1) {
        refuse(entries.get(0), new Item(answer.status(), answer.type(), answer.reason()));
      } else {
        unsent.push(entries.subList(entries.size() / 2, entries.size()));
        unsent.push(entries.subList(0, entries.size() / 2));
      }
      return;
    }
    unsent.remove();
    for (int i = 0; i < items.size(); i++) {
      Entry<P> entry = entries.get(i);
      Item item = items.get(i);
      Outcome outcome = ElasticsearchFaults.outcomeOf(entry.document(), item);
      switch (outcome) {
        case DONE -> {
          done.add(entry);
          changes = changes.plus(changed(entry, item));
        }
        case MISSING -> missing.add(entry);
        case SUPERSEDED -> superseded.add(entry);
        case REFUSED -> refuse(entry, item);
        case AGAIN -> {
          warnOfShard(item);
          rejected.add(entry, item);
        }
        case FAILED -> failed.add(entry, item);
      }
    }
  }

  /** Warns once about an index that may never accept documents. */
  private void warnOfShard(Item item) {
    if (!warned && item.type().equals(NO_LIVE_SHARD)) {
      warned = true;
      Warnings.warn(
          "%s: no live shard accepts documents (%s); retrying"
              .formatted(settings.target(), item.reason()));
    }
  }

  /**
   * Returns what a document has changed, together with earlier ones of the same id in this request.
   */
  private static Changes changed(Entry<?> entry, Item item) {
    long replaced = 0;
    for (Entry<?> earlier = entry.replaced(); earlier != null; earlier = earlier.replaced()) {
      replaced++;
    }
    boolean unchanged = item.isNoop() || item.status() >= 300;
    return item.status() == CREATED
        ? new Changes(1, 0, 0, replaced)
        : new Changes(0, unchanged ? 0 : 1, unchanged ? 1 : 0, replaced);
  }

  /** Returns what the documents in effect have changed; unknown if something was sent again. */
  Changes changes() {
    return sent > 1 ? Changes.UNKNOWN : changes;
  }

  private void refuse(Entry<P> entry, Item item) {
    refused.add(
        new Refused<>(
            entry.place(),
            new RefusedDocument(entry.document(), item.status(), item.type(), item.reason())));
    if (entry.replaced() != null) {
      unsent.add(List.of(entry.replaced()));
    }
  }

  private List<Item> answerTo(List<Entry<P>> entries) throws IOException {
    sent++;
    BulkBody body =
        new BulkBody(entries.stream().mapToLong(e -> BulkBody.bytesOf(e.document())).sum());
    entries.forEach(entry -> body.add(entry.document()));
    Request request = settings.target().request("POST", "/_bulk");
    request.addParameter("filter_path", BulkResponse.FILTER);
    request.addParameter("timeout", SERVER_WAIT);
    if (settings.pipeline() != null) {
      request.addParameter("pipeline", settings.pipeline());
    }
    request.setEntity(body.toEntity());
    HttpEntity answer = connection.perform(request).getEntity();
    if (answer == null) {
      throw new IOException("the response to a bulk request is empty");
    }
    try (InputStream content = answer.getContent()) {
      return BulkResponse.read(content, entries.size());
    }
  }

  /** Documents that are not in effect, and the reason of the first one. */
  private static final class Faults<P> {
    private final List<Entry<P>> entries = new ArrayList<>();
    private @Nullable Item first;

    void add(Entry<P> entry, Item item) {
      entries.add(entry);
      if (first == null) {
        first = item;
      }
    }

    void keepIn(Deque<List<Entry<P>>> unsent) {
      if (!entries.isEmpty()) {
        unsent.add(List.copyOf(entries));
      }
    }

    String describe(String what) {
      return first == null
          ? ""
          : "%s %s, document %s with status %s, %s: %s"
              .formatted(
                  entries.size(),
                  what,
                  entries.get(0).document().id(),
                  first.status(),
                  first.type(),
                  first.reason());
    }
  }
}

package dev.diagonal.elasticsearch;

import dev.diagonal.elasticsearch.BulkResponse.Item;
import dev.diagonal.elasticsearch.ElasticsearchFaults.RefusedException;
import dev.diagonal.elasticsearch.ElasticsearchFaults.RejectedException;
import dev.diagonal.write.Written;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.http.HttpEntity;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.elasticsearch.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * Indexes batches of documents, each by one bulk request, and by further ones for the documents
 * that were rejected. Not safe for use by several threads at once.
 */
final class BulkIndexer implements AutoCloseable {

  private final IndexDocuments.Bulk bulk;
  private final ElasticsearchConnection connection;

  BulkIndexer(IndexDocuments.Bulk bulk) {
    this.bulk = bulk;
    this.connection = new ElasticsearchConnection(bulk.target());
  }

  /**
   * Indexes one batch and returns the account of it.
   *
   * @throws IOException if Elasticsearch refuses the request or a document, or retries run out; the
   *     message has the index, the number of documents and the first id
   */
  Written write(List<Document> batch) throws Exception {
    long startNanos = System.nanoTime();
    Attempts attempts = new Attempts(BulkBody.lastOfEachId(batch));
    try {
      bulk.retry().call(attempts::next, ElasticsearchFaults::isRetryable);
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IOException(
          "cannot index %d of %d documents, first id %s, into %s: %s"
              .formatted(
                  attempts.remaining.size(),
                  batch.size(),
                  attempts.remaining.iterator().next().id(),
                  bulk.target(),
                  fault.getMessage()),
          fault);
    }
    long millis = (System.nanoTime() - startNanos) / 1_000_000;
    return new Written(bulk.target().index(), batch.size(), attempts.made, millis);
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }

  /** The attempts at one batch. */
  private final class Attempts {
    private Collection<Document> remaining;
    private int made;

    Attempts(Collection<Document> documents) {
      this.remaining = documents;
    }

    boolean next() throws IOException {
      made++;
      Request request = new Request("POST", "/" + bulk.target().index() + "/_bulk");
      request.addParameter("filter_path", BulkResponse.FILTER);
      request.setEntity(
          new NByteArrayEntity(
              BulkBody.encode(remaining), ContentType.create("application/x-ndjson")));
      List<Item> items = send(request, remaining.size());
      Faults refused = new Faults();
      Faults rejected = new Faults();
      int position = 0;
      for (Document document : remaining) {
        Item item = items.get(position++);
        if (ElasticsearchFaults.RETRYABLE_ITEM_STATUSES.contains(item.status())) {
          rejected.add(document, item);
        } else if (!item.done()) {
          refused.add(document, item);
        }
      }
      if (!refused.documents.isEmpty()) {
        remaining = refused.documents;
        throw new RefusedException(refused.describe("refused"));
      }
      if (!rejected.documents.isEmpty()) {
        remaining = rejected.documents;
        throw new RejectedException(rejected.describe("rejected"));
      }
      return true;
    }
  }

  private List<Item> send(Request request, int documents) throws IOException {
    HttpEntity answer = connection.perform(request).getEntity();
    if (answer == null) {
      throw new IOException("answer to a bulk request is empty");
    }
    try (InputStream content = answer.getContent()) {
      return BulkResponse.read(content, documents);
    }
  }

  /** Documents that were not indexed, and the first one's reason. */
  private static final class Faults {
    private final List<Document> documents = new ArrayList<>();
    private @Nullable Item first;

    void add(Document document, Item item) {
      documents.add(document);
      if (first == null) {
        first = item;
      }
    }

    String describe(String what) {
      return first == null
          ? ""
          : "%d %s, document %s with status %d, %s: %s"
              .formatted(
                  documents.size(),
                  what,
                  documents.get(0).id(),
                  first.status(),
                  first.type(),
                  first.reason());
    }
  }
}

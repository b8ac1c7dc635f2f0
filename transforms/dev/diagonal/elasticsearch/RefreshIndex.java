package dev.diagonal.elasticsearch;

import dev.diagonal.fault.Retry;
import java.io.IOException;
import org.elasticsearch.client.Request;

/** Makes all that was indexed visible to searches. Called after a run, once. */
public final class RefreshIndex {

  private RefreshIndex() {}

  /**
   * Refreshes the index of {@code target}.
   *
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults}, or
   *     refuses, for example because there is no such index
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static void of(ElasticsearchTarget target) throws IOException, InterruptedException {
    try (ElasticsearchConnection connection = new ElasticsearchConnection(target)) {
      Request refresh = target.request("POST", "/_refresh");
      Retry.defaults().call(() -> connection.perform(refresh), ElasticsearchFaults::isRetryable);
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IOException("cannot refresh index " + target + ": " + fault.getMessage(), fault);
    }
  }
}

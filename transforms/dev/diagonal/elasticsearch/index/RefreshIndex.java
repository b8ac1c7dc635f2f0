package dev.diagonal.elasticsearch.index;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import java.io.IOException;
import org.elasticsearch.client.Request;
import org.jspecify.annotations.Nullable;

/** Makes all indexed documents visible to searches. Called once, after a run. */
public final class RefreshIndex {

  private static final int FORBIDDEN = 403;

  private RefreshIndex() {}

  /**
   * Refreshes the index of {@code target}.
   *
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults}, or
   *     refuses, for example because the index does not exist
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

  /**
   * Refreshes the index of {@code target} as {@link #of} does, if the user has the privilege;
   * otherwise the index refreshes itself later.
   *
   * @return a warning if the privilege is missing, or null
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults}, or
   *     refuses for another reason
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static @Nullable String ifAllowed(ElasticsearchTarget target)
      throws IOException, InterruptedException {
    try {
      of(target);
      return null;
    } catch (IOException e) {
      if (e.getCause() instanceof AnswerException answer && answer.status() == FORBIDDEN) {
        return "all documents are in index %s, but it may not be refreshed (%s): searches find them"
                .formatted(target.index(), answer.getMessage())
            + " after its next scheduled refresh";
      }
      throw e;
    }
  }
}

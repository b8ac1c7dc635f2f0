package dev.diagonal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Retry;
import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import dev.diagonal.internal.elasticsearch.index.IndexFields;
import dev.diagonal.internal.elasticsearch.index.RequiredFields;
import java.io.IOException;
import java.util.List;
import org.elasticsearch.client.Request;

/**
 * Creates an index, or checks the mapping of an existing one. Any number of processes may call it
 * concurrently before a run.
 */
final class CreateIndex {

  private static final ObjectMapper JSON = new ObjectMapper();

  private CreateIndex() {}

  /** See {@link IndexTemplate#createIfMissing}. */
  static void ifMissing(ElasticsearchTarget target, IndexTemplate template)
      throws IOException, InterruptedException {
    try (ElasticsearchConnection connection = new ElasticsearchConnection(target)) {
      Retry.defaults()
          .call(
              () -> attempt(connection, target, template),
              ElasticsearchFaults.retryable(Retry.defaults(), target));
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IOException("cannot create index " + target + ": " + fault.getMessage(), fault);
    }
  }

  private static boolean attempt(
      ElasticsearchConnection connection, ElasticsearchTarget target, IndexTemplate template)
      throws IOException {
    JsonNode wanted = template.parsedMapping();
    // Checked first: a user who may write to an index need not have the right to create one.
    if (!RequiredFields.check(connection, target, wanted)) {
      create(connection, target, wanted, template);
      if (!RequiredFields.check(connection, target, wanted)) {
        throw new IOException("it was deleted meanwhile");
      }
    }
    return true;
  }

  private static void create(
      ElasticsearchConnection connection,
      ElasticsearchTarget target,
      JsonNode mapping,
      IndexTemplate template)
      throws IOException {
    Request create = target.request("PUT", "");
    ObjectNode body = JSON.createObjectNode().set("mappings", mapping);
    JsonNode settings = template.parsedSettings();
    if (settings != null) {
      body.set("settings", settings);
    }
    create.setJsonEntity(body.toString());
    try {
      connection.perform(create);
    } catch (AnswerException e) {
      if (e.reason().contains(IndexFields.DATA_STREAMS_ONLY)) {
        throw new TargetMismatchException(
            "a template for index " + target.index(),
            List.of("it makes a data stream, which accepts new documents only"));
      }
      if (!e.type().equals(ElasticsearchFaults.ALREADY_EXISTS)) {
        throw e;
      }
    }
  }
}

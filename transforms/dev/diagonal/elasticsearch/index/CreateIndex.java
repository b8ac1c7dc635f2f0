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
import dev.diagonal.internal.elasticsearch.index.MappingTypes;
import dev.diagonal.internal.elasticsearch.index.MatchingTemplates;
import dev.diagonal.internal.elasticsearch.index.WriteIndex;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.elasticsearch.client.Request;

/**
 * Creates an index, or checks the mapping of an existing one. Any number of processes may call it
 * concurrently before a run.
 */
public final class CreateIndex {

  private static final ObjectMapper JSON = new ObjectMapper();

  private CreateIndex() {}

  /**
   * Creates the index of {@code target} with {@code mapping} if it does not exist. Refuses an
   * existing one unless it maps every field of {@code mapping} to the same type. Also refuses to
   * create one where an index template maps a field to another type. Other fields and settings are
   * not checked. Of an alias or a data stream, the index that is written is checked.
   *
   * @param mapping the mapping as JSON: {@code {"properties": {"title": {"type": "keyword"}, ...}}}
   * @throws TargetMismatchException if the index maps a field to another type, or not at all; the
   *     message names every such field
   * @throws IllegalArgumentException if {@code mapping} is not a JSON object with {@code
   *     properties}
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults}, or
   *     refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static void ifMissing(ElasticsearchTarget target, String mapping)
      throws IOException, InterruptedException {
    ifMissing(target, IndexTemplate.of(mapping));
  }

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
    JsonNode indices = WriteIndex.mappings(connection, target);
    if (indices == null) {
      refuse(
          "a template for index " + target.index(),
          MappingTypes.conflicts(wanted, MatchingTemplates.mapping(connection, target)));
      create(connection, target, wanted, template);
      indices = WriteIndex.mappings(connection, target);
    }
    if (indices == null) {
      throw new IOException("it was deleted meanwhile");
    }
    List<String> differences = new ArrayList<>();
    for (JsonNode index : indices) { // an alias may name several
      differences.addAll(MappingTypes.differences(wanted, index.path("mappings")));
    }
    refuse("index " + target.index(), differences);
    return true;
  }

  private static void refuse(String target, List<String> differences) {
    if (!differences.isEmpty()) {
      throw new TargetMismatchException(target, differences);
    }
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

package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import java.io.IOException;
import java.util.List;
import org.elasticsearch.client.Request;

/**
 * Asks Elasticsearch for the privileges of the user. A server without security, or with another
 * product's, does not know the question, and then nothing is known to be missing.
 */
final class IndexRights {

  private static final String QUESTION = "/_security/user/_has_privileges";
  private static final ObjectMapper JSON = new ObjectMapper();

  private IndexRights() {}

  /** Returns those of the privileges that the user lacks on the index of a target. */
  static List<String> missing(
      ElasticsearchConnection connection, ElasticsearchTarget target, List<String> privileges)
      throws IOException {
    ObjectNode question = JSON.createObjectNode();
    ObjectNode index = question.putArray("index").addObject();
    index.putArray("names").add(target.index());
    index.set("privileges", JSON.valueToTree(privileges));
    Request request = new Request("POST", QUESTION);
    request.setJsonEntity(question.toString());
    JsonNode granted =
        WriteIndex.getIfAllowed(connection, request).path("index").path(target.index());
    return privileges.stream()
        .filter(each -> granted.has(each) && !granted.path(each).asBoolean())
        .toList();
  }

  /** Returns the request that grants privileges. */
  static String grant(ElasticsearchTarget target, List<String> privileges) {
    ObjectNode role = JSON.createObjectNode();
    ObjectNode index = role.putArray("indices").addObject();
    index.putArray("names").add(target.index());
    index.set("privileges", JSON.valueToTree(privileges));
    return "PUT /_security/role/diagonal " + role;
  }
}

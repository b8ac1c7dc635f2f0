package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.elasticsearch.client.Request;

/** The templates of the server that apply to an index that does not exist yet. */
public final class MatchingTemplates {

  private static final ObjectMapper JSON = new ObjectMapper();

  private MatchingTemplates() {}

  /**
   * Returns the mapping that templates would give the index of {@code target}: that of the index
   * template that matches, or else of the legacy templates, of which the one with the highest order
   * wins. Returns an empty one if none matches, or templates cannot be read.
   */
  public static JsonNode mapping(ElasticsearchConnection connection, ElasticsearchTarget target)
      throws IOException {
    JsonNode simulated =
        WriteIndex.getIfAllowed(
            connection, target.serverRequest("POST", "/_index_template/_simulate_index/"));
    if (simulated.has("template")) {
      return simulated.at("/template/mappings");
    }
    List<JsonNode> legacy = new ArrayList<>();
    for (JsonNode template :
        WriteIndex.getIfAllowed(connection, new Request("GET", "/_template"))) {
      if (matches(template.path("index_patterns"), target.index())) {
        legacy.add(template);
      }
    }
    legacy.sort(Comparator.comparingInt(template -> template.path("order").asInt()));
    ObjectNode properties = JSON.createObjectNode();
    for (JsonNode template : legacy) {
      template
          .at("/mappings/properties")
          .properties()
          .forEach(field -> properties.set(field.getKey(), field.getValue()));
    }
    return JSON.createObjectNode().set("properties", properties);
  }

  private static boolean matches(JsonNode patterns, String index) {
    for (JsonNode pattern : patterns) {
      String regex = Pattern.quote(pattern.asText()).replace("*", "\\E.*\\Q");
      if (Pattern.matches(regex, index)) {
        return true;
      }
    }
    return false;
  }
}

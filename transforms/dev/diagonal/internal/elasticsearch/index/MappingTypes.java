package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares the types of two mappings' fields. */
public final class MappingTypes {

  private MappingTypes() {}

  /** Returns which fields of {@code wanted} are missing in {@code found} or of another type. */
  public static List<String> differences(JsonNode wanted, JsonNode found) {
    Map<String, String> foundTypes = of(found);
    List<String> differences = new ArrayList<>();
    of(wanted)
        .forEach(
            (field, type) -> {
              String foundType = foundTypes.getOrDefault(field, "none");
              if (!type.equals(foundType)) {
                differences.add(
                    "field %s: expected %s, found %s".formatted(field, type, foundType));
              }
            });
    return differences;
  }

  /** Returns the types of all fields by their names with dots. */
  static Map<String, String> of(JsonNode mapping) {
    Map<String, String> types = new TreeMap<>();
    // Elasticsearch leaves out the type of an object.
    fields(mapping).forEach((name, field) -> types.put(name, field.path("type").asText("object")));
    return types;
  }

  /** Returns all fields by their names with dots. */
  static Map<String, JsonNode> fields(JsonNode mapping) {
    Map<String, JsonNode> fields = new TreeMap<>();
    collect("", mapping, fields);
    return fields;
  }

  private static void collect(String prefix, JsonNode mapping, Map<String, JsonNode> fields) {
    mapping
        .path("properties")
        .properties()
        .forEach(
            field -> {
              String name = prefix + field.getKey();
              fields.put(name, field.getValue());
              collect(name + ".", field.getValue(), fields);
            });
  }
}

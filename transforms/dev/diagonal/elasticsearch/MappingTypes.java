package dev.diagonal.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares the types of two mappings' fields. */
final class MappingTypes {

  private MappingTypes() {}

  /** Returns which fields of {@code wanted} are missing in {@code found} or of another type. */
  static List<String> differences(JsonNode wanted, JsonNode found) {
    Map<String, String> foundTypes = types(found);
    List<String> differences = new ArrayList<>();
    types(wanted)
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

  private static Map<String, String> types(JsonNode mapping) {
    Map<String, String> types = new TreeMap<>();
    collect("", mapping, types);
    return types;
  }

  private static void collect(String prefix, JsonNode mapping, Map<String, String> types) {
    mapping
        .path("properties")
        .properties()
        .forEach(
            field -> {
              String name = prefix + field.getKey();
              // An object's type goes without saying: Elasticsearch leaves it out.
              types.put(name, field.getValue().path("type").asText("object"));
              collect(name + ".", field.getValue(), types);
            });
  }
}

package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compares the types of two mappings' fields. */
public final class MappingTypes {

  private MappingTypes() {}

  /** Returns which fields of {@code wanted} are missing in {@code found} or of another type. */
  public static List<String> differences(JsonNode wanted, JsonNode found) {
    List<String> differences = new ArrayList<>();
    Map<String, String> foundTypes = of(found);
    of(wanted).forEach((field, type) -> compare(field, type, foundTypes.get(field), differences));
    return differences;
  }

  /** Returns which fields of {@code wanted} have another type in {@code found}. */
  public static List<String> conflicts(JsonNode wanted, JsonNode found) {
    List<String> conflicts = new ArrayList<>();
    Map<String, String> wantedTypes = of(wanted);
    of(found)
        .forEach(
            (field, type) -> {
              if (wantedTypes.containsKey(field)) {
                compare(field, wantedTypes.get(field), type, conflicts);
              }
            });
    return conflicts;
  }

  private static void compare(
      String field, String wanted, @Nullable String found, List<String> differences) {
    if (!wanted.equals(found)) {
      differences.add(
          "field %s: expected %s, found %s"
              .formatted(field, wanted, found == null ? "none" : found));
    }
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

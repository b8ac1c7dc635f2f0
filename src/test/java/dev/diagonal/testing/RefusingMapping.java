package dev.diagonal.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Mappings that refuse every document for its contents. */
public final class RefusingMapping {

  private static final ObjectMapper JSON = new ObjectMapper();

  private RefusingMapping() {}

  /** Returns the mapping with one more field, an IP address, to which {@code field} is copied. */
  public static String of(String mapping, String field) throws JsonProcessingException {
    ObjectNode json = (ObjectNode) JSON.readTree(mapping);
    ObjectNode properties = (ObjectNode) json.path("properties");
    ((ObjectNode) properties.path(field)).put("copy_to", "refusing");
    properties.putObject("refusing").put("type", "ip");
    return json.toString();
  }
}

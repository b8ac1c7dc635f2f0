package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Fields that an index must map to given types. Other fields and settings are not checked. */
public final class RequiredFields {

  private RequiredFields() {}

  /**
   * Checks the index that is written, or, if it does not exist, the index templates that would
   * apply to it. If an alias names several indices, all of them are checked.
   *
   * @param wanted the mapping with the required fields
   * @return whether the index exists
   * @throws TargetMismatchException if a field is mapped to another type, or an existing index
   *     lacks it; the message names every such field
   */
  public static boolean check(
      ElasticsearchConnection connection, ElasticsearchTarget target, JsonNode wanted)
      throws IOException {
    JsonNode indices = WriteIndex.mappings(connection, target);
    if (indices == null) {
      refuse(
          "a template for index " + target.index(),
          MappingTypes.conflicts(wanted, MatchingTemplates.mapping(connection, target)));
      return false;
    }
    List<String> differences = new ArrayList<>();
    for (JsonNode index : indices) {
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
}

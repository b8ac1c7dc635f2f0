package dev.diagonal.elasticsearch.index;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.TargetMismatchException;
import java.io.IOException;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions;
import org.jspecify.annotations.Nullable;

/**
 * The mapping and settings with which an index is created.
 *
 * @param mapping the mapping as JSON: {@code {"properties": {"title": {"type": "keyword"}, ...}}}
 * @param settings the settings as JSON, {@code {"number_of_shards": 2, ...}}, or null for
 *     Elasticsearch's defaults
 */
public record IndexTemplate(String mapping, @Nullable String settings) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @throws IllegalArgumentException if {@code mapping} is not a JSON object with {@code
   *     properties}, or {@code settings} is not a JSON object
   */
  public IndexTemplate {
    Preconditions.checkArgument(
        parse("mapping", mapping).path("properties").isObject(),
        "mapping must be an object with properties, got %s",
        mapping);
    Preconditions.checkArgument(
        settings == null || parse("settings", settings).isObject(),
        "settings must be an object, got %s",
        settings);
  }

  /** Returns a template with this mapping and Elasticsearch's default settings. */
  public static IndexTemplate of(String mapping) {
    return new IndexTemplate(mapping, null);
  }

  /** Sets the settings; default: Elasticsearch's own. */
  public IndexTemplate withSettings(String settings) {
    return new IndexTemplate(mapping, settings);
  }

  /**
   * Creates the index of {@code target} if it does not exist. Refuses an existing one unless it
   * maps every field of the mapping to the same type. Also refuses to create one where an index
   * template maps a field to another type. Other fields and settings are not checked. For an alias
   * or a data stream, the index that is written is checked. Any number of processes may call it
   * concurrently before a run.
   *
   * @throws TargetMismatchException if the index maps a field to another type, or not at all; the
   *     message names every such field
   * @throws IOException if Elasticsearch cannot be reached within {@link
   *     dev.diagonal.fault.Retry#defaults}, or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void createIfMissing(ElasticsearchTarget target) throws IOException, InterruptedException {
    CreateIndex.ifMissing(target, this);
  }

  JsonNode parsedMapping() {
    return parse("mapping", mapping);
  }

  @Nullable JsonNode parsedSettings() {
    return settings == null ? null : parse("settings", settings);
  }

  private static JsonNode parse(String name, String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(name + " must be JSON: " + e.getOriginalMessage(), e);
    }
  }
}

package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * A field as an index maps it.
 *
 * @param type such as {@code keyword} or {@code object}
 * @param format of a date, or empty for the default format
 */
public record MappedField(String type, String format) {

  private static final MappedField KEYWORD = new MappedField("keyword", "");

  /**
   * Returns the fields of an index by their names, with dots. If the index is missing, they are
   * those that its template would give it. Of an alias or a data stream, they are those of the
   * index that is written. If that is unknown, fields that differ between the indexes of an alias
   * are returned as keywords. Returns no fields if the mapping cannot be read: then they are not
   * checked.
   *
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults}
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static Map<String, MappedField> of(ElasticsearchTarget target)
      throws IOException, InterruptedException {
    try (ElasticsearchConnection connection = new ElasticsearchConnection(target)) {
      return Retry.defaults()
          .call(
              () -> attempt(connection, target),
              ElasticsearchFaults.retryable(Retry.defaults(), target));
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IOException(
          "cannot read the mapping of " + target + ": " + fault.getMessage(), fault);
    }
  }

  private static Map<String, MappedField> attempt(
      ElasticsearchConnection connection, ElasticsearchTarget target) throws IOException {
    Map<String, MappedField> fields = new TreeMap<>();
    try {
      JsonNode found = WriteIndex.mappings(connection, target);
      if (found == null) {
        put(MatchingTemplates.mapping(connection, target), fields);
      } else {
        found.forEach(index -> put(index.path("mappings"), fields));
      }
    } catch (AnswerException e) {
      if (!WriteIndex.UNREADABLE.contains(e.status())) {
        throw e;
      }
    }
    return fields;
  }

  private static void put(JsonNode mapping, Map<String, MappedField> fields) {
    MappingTypes.fields(mapping)
        .forEach(
            (name, field) ->
                fields.merge(
                    name,
                    new MappedField(
                        field.path("type").asText("object"), field.path("format").asText("")),
                    (one, other) -> one.equals(other) ? one : KEYWORD));
  }
}

package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Retry;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.elasticsearch.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * Maps the fields of an index, so that Elasticsearch does not guess them from the first document: a
 * field guessed from 1 holds whole numbers, and indexes 0.9 as 0.
 *
 * <p>Settings of the user win. A missing index is created empty, so that all the user's templates
 * apply. Then the fields that it does not map yet are added, unless its mapping decides about new
 * fields by {@code dynamic} or {@code dynamic_templates}.
 *
 * @param isDataStream whether it is a data stream, which accepts new documents only; a missing one
 *     is created with the first document
 * @param wholeNumbers the fields that truncate fractions
 * @param keywords the fields that index a text as one term, or refuse its document
 * @param warning what could not be done, or null
 */
public record IndexFields(
    boolean isDataStream,
    Set<String> wholeNumbers,
    Set<String> keywords,
    @Nullable String warning) {

  /**
   * The prefix of the dynamic templates that this class adds to an index. Others are the user's,
   * who then decides about new fields.
   */
  public static final String OWN_TEMPLATES = "diagonal_";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> WHOLE =
      Set.of("byte", "short", "integer", "long", "unsigned_long");
  private static final String DATA_STREAMS_ONLY = "creates data streams only";
  private static final int NOT_FOUND = 404;
  private static final int FORBIDDEN = 403;

  public IndexFields {
    wholeNumbers = Set.copyOf(wholeNumbers);
    keywords = Set.copyOf(keywords);
  }

  private static IndexFields none(boolean isDataStream, @Nullable String warning) {
    return new IndexFields(isDataStream, Set.of(), Set.of(), warning);
  }

  /**
   * Adds missing fields. Any number of processes may call it concurrently before a run.
   *
   * @param mapping the fields as JSON: {@code {"properties": {"title": {"type": "keyword"}, ...}}};
   *     further parameters are set in an index that this call creates
   * @throws IOException if Elasticsearch cannot be reached within {@link Retry#defaults}, or the
   *     index cannot be created
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static IndexFields add(ElasticsearchTarget target, String mapping)
      throws IOException, InterruptedException {
    ObjectNode wanted = (ObjectNode) JSON.readTree(mapping);
    try (ElasticsearchConnection connection = new ElasticsearchConnection(target)) {
      return Retry.defaults()
          .call(
              () -> attempt(connection, target, wanted),
              ElasticsearchFaults.retryable(Retry.defaults(), target));
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IOException("cannot prepare index " + target + ": " + fault.getMessage(), fault);
    }
  }

  private static IndexFields attempt(
      ElasticsearchConnection connection, ElasticsearchTarget target, ObjectNode wanted)
      throws IOException {
    JsonNode found;
    try {
      found = mappings(connection, target);
    } catch (AnswerException e) {
      if (e.status() == FORBIDDEN) {
        return none(
            false,
            "the mapping of index %s cannot be read, so its fields are not checked: %s"
                .formatted(target.index(), e.getMessage()));
      }
      throw e;
    }
    boolean created = false;
    if (found == null) {
      try {
        created = create(connection, target);
      } catch (AnswerException e) {
        if (e.reason().contains(DATA_STREAMS_ONLY)) {
          return none(true, null);
        }
        throw e;
      }
      found = mappings(connection, target);
    }
    if (found == null) {
      throw new IOException("it was deleted meanwhile");
    }
    String warning = null;
    if (found.size() == 1 && !isDataStream(found)) {
      ObjectNode missing = missing(wanted, found.elements().next().path("mappings"), created);
      if (!missing.isEmpty()) {
        warning = put(connection, target, missing);
        JsonNode changed = mappings(connection, target);
        found = changed == null ? found : changed;
      }
    }
    return new IndexFields(isDataStream(found), wholeNumbers(found), keywords(found), warning);
  }

  /** Returns the indexes of the target, each with its mappings; null if there are none. */
  public static @Nullable JsonNode mappings(
      ElasticsearchConnection connection, ElasticsearchTarget target) throws IOException {
    Request get = target.request("GET", "/_mapping");
    try (InputStream content = connection.perform(get).getEntity().getContent()) {
      return JSON.readTree(content);
    } catch (AnswerException e) {
      if (e.status() == NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  private static boolean create(ElasticsearchConnection connection, ElasticsearchTarget target)
      throws IOException {
    try {
      connection.perform(target.request("PUT", ""));
      return true;
    } catch (AnswerException e) {
      if (e.type().equals(ElasticsearchFaults.ALREADY_EXISTS)) {
        return false;
      }
      throw e;
    }
  }

  private static ObjectNode missing(ObjectNode wanted, JsonNode found, boolean created) {
    ObjectNode missing = JSON.createObjectNode();
    if (hasTemplatesOfUser(found) || !found.path("dynamic").asText("true").equals("true")) {
      return missing;
    }
    if (created) {
      wanted
          .properties()
          .forEach(
              parameter -> {
                if (!found.has(parameter.getKey()) && !parameter.getKey().equals("properties")) {
                  missing.set(parameter.getKey(), parameter.getValue());
                }
              });
    }
    Set<String> mapped = MappingTypes.of(found).keySet();
    ObjectNode fields = JSON.createObjectNode();
    wanted
        .path("properties")
        .properties()
        .forEach(
            field -> {
              if (!mapped.contains(field.getKey())
                  && mapped.stream().noneMatch(other -> isBelow(field.getKey(), other, found))) {
                fields.set(field.getKey(), field.getValue());
              }
            });
    if (!fields.isEmpty()) {
      missing.set("properties", fields);
    }
    return missing;
  }

  /** Returns the fields of a mapping that an index lacks and would get. */
  static List<String> missingFields(ObjectNode wanted, JsonNode found) {
    List<String> names = new ArrayList<>();
    if (found.size() == 1 && !isDataStream(found)) {
      missing(wanted, found.elements().next().path("mappings"), false)
          .path("properties")
          .fieldNames()
          .forEachRemaining(names::add);
    }
    return names;
  }

  private static boolean hasTemplatesOfUser(JsonNode found) {
    for (JsonNode template : found.path("dynamic_templates")) {
      if (!template.fieldNames().next().startsWith(OWN_TEMPLATES)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a field is inside another one that is not a plain object. */
  private static boolean isBelow(String field, String other, JsonNode found) {
    return field.startsWith(other + ".")
        && !MappingTypes.of(found).getOrDefault(other, "").equals("object");
  }

  private static @Nullable String put(
      ElasticsearchConnection connection, ElasticsearchTarget target, ObjectNode mapping)
      throws IOException {
    Request put = target.request("PUT", "/_mapping");
    put.setJsonEntity(mapping.toString());
    try {
      connection.perform(put);
      return null;
    } catch (AnswerException e) {
      if (e.status() == FORBIDDEN) {
        return "fields of index %s cannot be added, so Elasticsearch guesses them: %s"
            .formatted(target.index(), e.getMessage());
      }
      throw e;
    }
  }

  private static boolean isDataStream(JsonNode found) {
    for (JsonNode index : found) {
      if (index.path("mappings").path("_data_stream_timestamp").path("enabled").asBoolean()) {
        return true;
      }
    }
    return false;
  }

  private static Set<String> wholeNumbers(JsonNode found) {
    return fields(
        found,
        field ->
            WHOLE.contains(field.path("type").asText()) && field.path("coerce").asBoolean(true));
  }

  private static Set<String> keywords(JsonNode found) {
    return fields(
        found,
        field ->
            field.path("type").asText().equals("keyword")
                && !field.has("ignore_above")
                && (field.path("index").asBoolean(true)
                    || field.path("doc_values").asBoolean(true)));
  }

  private static Set<String> fields(JsonNode found, Predicate<JsonNode> wanted) {
    Set<String> fields = new TreeSet<>();
    for (JsonNode index : found) {
      MappingTypes.fields(index.path("mappings"))
          .forEach(
              (name, field) -> {
                if (wanted.test(field)) {
                  fields.add(name);
                }
              });
    }
    return fields;
  }
}

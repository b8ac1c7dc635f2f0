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
 * apply; where a template makes a data stream, the stream is created. Then the fields that the
 * index does not map yet are added, unless its mapping decides about new fields by {@code dynamic}
 * or {@code dynamic_templates}. Of an alias or a data stream, only the index that is written
 * changes.
 *
 * @param isDataStream whether it is a data stream, which accepts new documents only
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

  /** Part of the reason for which Elasticsearch refuses to create an index. */
  public static final String DATA_STREAMS_ONLY = "creates data streams only";

  /** The field that every document of a data stream has. */
  public static final String TIMESTAMP = "@timestamp";

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
      found = WriteIndex.mappings(connection, target);
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
      Created creation = create(connection, target, wanted.path("properties").has(TIMESTAMP));
      if (creation == Created.STREAM_WITHOUT_TIMESTAMP) {
        return none(true, null);
      }
      if (creation == Created.STREAM_LATER) {
        return none(
            true,
            "data stream %s is created with its first document, so Elasticsearch guesses the fields that its template leaves open"
                .formatted(target.index()));
      }
      created = creation == Created.NOW;
      found = WriteIndex.mappings(connection, target);
    }
    if (found == null) {
      throw new IOException("it was deleted meanwhile");
    }
    String warning = null;
    if (found.size() == 1) {
      ObjectNode missing = missing(wanted, found.elements().next().path("mappings"), created);
      if (!missing.isEmpty()) {
        warning = put(connection, target, missing);
        JsonNode changed = WriteIndex.mappings(connection, target);
        found = changed == null ? found : changed;
      }
    }
    return new IndexFields(
        WriteIndex.isDataStream(found), wholeNumbers(found), keywords(found), warning);
  }

  private enum Created {
    NOW,
    BY_ANOTHER_PROCESS,
    /** Nothing was created, since a data stream has no documents without a timestamp. */
    STREAM_WITHOUT_TIMESTAMP,
    /** The server creates data streams with their first document only. */
    STREAM_LATER
  }

  private static Created create(
      ElasticsearchConnection connection, ElasticsearchTarget target, boolean hasTimestamp)
      throws IOException {
    try {
      return create(connection, target.request("PUT", ""));
    } catch (AnswerException e) {
      if (!e.reason().contains(DATA_STREAMS_ONLY)) {
        throw e;
      }
      return hasTimestamp ? createStream(connection, target) : Created.STREAM_WITHOUT_TIMESTAMP;
    }
  }

  private static Created createStream(
      ElasticsearchConnection connection, ElasticsearchTarget target) throws IOException {
    try {
      return create(connection, target.serverRequest("PUT", WriteIndex.DATA_STREAM));
    } catch (AnswerException e) {
      if (WriteIndex.UNREADABLE.contains(e.status())) {
        return Created.STREAM_LATER;
      }
      throw e;
    }
  }

  private static Created create(ElasticsearchConnection connection, Request request)
      throws IOException {
    try {
      connection.perform(request);
      return Created.NOW;
    } catch (AnswerException e) {
      if (e.type().equals(ElasticsearchFaults.ALREADY_EXISTS)) {
        return Created.BY_ANOTHER_PROCESS;
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
    if (found.size() == 1) {
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
    Request put = target.request("PUT", WriteIndex.PUT_MAPPING);
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

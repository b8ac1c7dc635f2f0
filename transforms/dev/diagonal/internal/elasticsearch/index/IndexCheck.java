package dev.diagonal.internal.elasticsearch.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Retry;
import dev.diagonal.fault.TargetMismatchException;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchConnection;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults;
import dev.diagonal.internal.elasticsearch.bulk.ElasticsearchFaults.AnswerException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.elasticsearch.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * Checks Elasticsearch and an index for a dry run. It only reads.
 *
 * @param target the index and its server
 */
public record IndexCheck(ElasticsearchTarget target) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FORBIDDEN = 403;

  /** The least that writes documents: {@code index} includes it. */
  private static final List<String> NEEDS_OF_UNKNOWN = List.of("create_doc");

  private static final List<String> NEEDS_OF_NEW = List.of("create_index", "create_doc");
  private static final List<String> NEEDS_OF_OLD = List.of("index");

  @FunctionalInterface
  private interface Question<T> {
    T ask(ElasticsearchConnection connection) throws IOException;
  }

  /** What is known of an index, and the privileges that a run needs there. */
  private record Seen(String line, List<String> needs) {}

  /**
   * Logs in.
   *
   * @return the product and its version
   * @throws IOException if the server cannot be reached, or refuses the credentials
   */
  public String server() throws IOException, InterruptedException {
    return ask(
        "log in to",
        connection -> {
          String url = target.urls().get(0);
          try {
            JsonNode version = json(connection, new Request("GET", "/")).path("version");
            return "%s %s at %s"
                .formatted(
                    version.path("distribution").asText("Elasticsearch"),
                    version.path("number").asText("of unknown version"),
                    url);
          } catch (AnswerException e) {
            if (e.status() == FORBIDDEN) { // logged in, without the right to see the version
              return "Elasticsearch at " + url;
            }
            throw e;
          }
        });
  }

  /**
   * Checks that an existing index has these fields with the same types, and that the user may write
   * it, or create it.
   *
   * @param mapping the fields as JSON
   * @return whether it exists or would be created
   * @throws TargetMismatchException if it maps a field to another type, or not at all
   * @throws IOException if the mapping cannot be read, or the user lacks a privilege
   */
  public String strict(String mapping) throws IOException, InterruptedException {
    JsonNode wanted = JSON.readTree(mapping);
    return permitted(
        connection -> {
          boolean exists = RequiredFields.check(connection, target, wanted);
          return exists
              ? new Seen("%s exists and has all fields".formatted(target.index()), NEEDS_OF_OLD)
              : new Seen(created(wanted), NEEDS_OF_NEW);
        });
  }

  /**
   * Looks at an index, which may map fields differently and lack some, and checks that the user may
   * write it, or create it.
   *
   * @param mapping the fields as JSON
   * @return whether it exists or would be created, and which fields it would get
   * @throws IOException if Elasticsearch cannot be reached, or the user lacks a privilege
   */
  public String lenient(String mapping) throws IOException, InterruptedException {
    ObjectNode wanted = (ObjectNode) JSON.readTree(mapping);
    return permitted(
        connection -> {
          JsonNode found;
          try {
            found = WriteIndex.mappings(connection, target);
          } catch (AnswerException e) {
            if (e.status() == FORBIDDEN) { // a run then leaves the fields to the server
              return new Seen(
                  "the mapping of %s cannot be read, so its fields are not checked"
                      .formatted(target.index()),
                  NEEDS_OF_UNKNOWN);
            }
            throw e;
          }
          if (found == null) {
            return new Seen(created(wanted), NEEDS_OF_NEW);
          }
          List<String> missing = IndexFields.missingFields(wanted, found);
          return new Seen(
              "%s exists%s"
                  .formatted(
                      target.index(),
                      missing.isEmpty()
                          ? " and has all fields"
                          : "; fields would be added: " + String.join(", ", missing)),
              needs(found));
        });
  }

  /** Returns what is known of the index. */
  private String permitted(Question<Seen> question) throws IOException, InterruptedException {
    Seen seen = ask("read the mapping of", question);
    List<String> missing =
        ask(
            "read the privileges on",
            connection -> IndexRights.missing(connection, target, seen.needs));
    if (!missing.isEmpty()) {
      throw new IOException(
          "the user lacks the privileges %s on index %s; a role with them is made by %s"
              .formatted(
                  String.join(", ", missing), target, IndexRights.grant(target, seen.needs)));
    }
    return seen.line;
  }

  /** A data stream takes new documents only. */
  private static List<String> needs(JsonNode found) {
    return WriteIndex.isDataStream(found) ? NEEDS_OF_UNKNOWN : NEEDS_OF_OLD;
  }

  private String created(JsonNode mapping) {
    List<String> fields = new ArrayList<>();
    MappingTypes.of(mapping).forEach((name, type) -> fields.add(name + " " + type));
    return "%s would be created: %s".formatted(target.index(), String.join(", ", fields));
  }

  private <T> T ask(String what, Question<T> question) throws IOException, InterruptedException {
    try (ElasticsearchConnection connection = new ElasticsearchConnection(target)) {
      return Retry.defaults()
          .call(
              () -> question.ask(connection),
              ElasticsearchFaults.retryable(Retry.defaults(), target));
    } catch (InterruptedException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IOException("cannot %s %s: %s".formatted(what, target, fault.getMessage()), fault);
    }
  }

  private static JsonNode json(ElasticsearchConnection connection, Request request)
      throws IOException {
    try (InputStream content = connection.perform(request).getEntity().getContent()) {
      @Nullable JsonNode found = JSON.readTree(content);
      return found == null ? JSON.missingNode() : found;
    }
  }
}

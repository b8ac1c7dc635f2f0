package dev.diagonal.internal.transfer.sink;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.internal.elasticsearch.index.MappedField;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.rows.FieldType;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The types that values of CSV and JSON lines get for the fields of existing indexes. Texts are not
 * changed, and numbers keep their digits, so that the server decides.
 */
public final class IndexTypes {

  /** Fields whose values the server parses from texts. */
  private static final Set<String> TEXTS =
      Set.of(
          "annotated_text",
          "binary",
          "completion",
          "constant_keyword",
          "geo_point",
          "geo_shape",
          "ip",
          "keyword",
          "match_only_text",
          "search_as_you_type",
          "text",
          "version",
          "wildcard");

  private static final Set<String> NUMBERS =
      Set.of(
          "byte",
          "double",
          "float",
          "half_float",
          "integer",
          "long",
          "rank_feature",
          "scaled_float",
          "short",
          "unsigned_long");

  /** Fields whose values are objects and arrays. */
  private static final Set<String> STRUCTURES =
      Set.of(
          "date_range",
          "dense_vector",
          "double_range",
          "flattened",
          "float_range",
          "histogram",
          "integer_range",
          "ip_range",
          "long_range",
          "nested",
          "object",
          "rank_features",
          "sparse_vector");

  private IndexTypes() {}

  /**
   * Returns the types by field; none for an index that is missing and has no template.
   *
   * @throws IOException if Elasticsearch cannot be reached
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public static Map<String, NamedType> of(ElasticsearchTarget target)
      throws IOException, InterruptedException {
    Map<String, NamedType> types = new HashMap<>();
    MappedField.of(target)
        .forEach(
            (name, field) -> {
              NamedType type = typeOf(field);
              if (type != null) {
                types.put(name, type);
              }
            });
    return types;
  }

  private static @Nullable NamedType typeOf(MappedField field) {
    String type = field.type();
    boolean date = type.equals("date") || type.equals("date_nanos");
    if (TEXTS.contains(type) || (date && hasOwnFormat(field.format()))) {
      return NamedType.TEXT;
    }
    if (NUMBERS.contains(type)) {
      return new NamedType(FieldType.DECIMAL, null);
    }
    if (STRUCTURES.contains(type)) {
      return new NamedType(FieldType.JSON, null);
    }
    return type.equals("boolean") ? new NamedType(FieldType.BOOLEAN, null) : null;
  }

  /** Returns whether the format of a date excludes ISO 8601, which Diagonal writes. */
  private static boolean hasOwnFormat(String format) {
    return !format.isEmpty()
        && !format.contains("date_optional_time")
        && !format.contains("iso8601");
  }
}

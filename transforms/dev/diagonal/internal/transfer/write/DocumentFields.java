package dev.diagonal.internal.transfer.write;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.internal.elasticsearch.index.IndexFields;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.Template;
import dev.diagonal.internal.transfer.document.VersionColumn;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.DocumentColumns;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of an index for the columns of rows. */
final class DocumentFields {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Fields of Elasticsearch's own, which no document may have. */
  private static final Set<String> METADATA =
      Set.of(
          "_doc_count",
          "_field_names",
          "_id",
          "_ignored",
          "_index",
          "_nested_path",
          "_routing",
          "_seq_no",
          "_source",
          "_tier",
          "_type",
          "_version");

  private DocumentFields() {}

  /**
   * Checks that rows have the columns of documents.
   *
   * @throws IllegalArgumentException if one is unknown or of another type
   */
  static void check(DocumentColumns columns, RowType type) {
    Template unused = Template.of(columns.key(), columns.idFormat(), type);
    VersionColumn unusedToo = VersionColumn.of(columns.version(), type);
    String routing = columns.routing();
    if (routing != null) {
      int column = Columns.indexOf(type, routing);
      checkArgument(
          type.field(column).type() != FieldType.BYTES
              && type.field(column).type() != FieldType.JSON,
          "the routing column '%s' must hold texts or numbers, but holds %s",
          routing,
          type.field(column).type().lowerName());
    }
    for (String name : columns.text()) {
      FieldType found = type.field(Columns.indexOf(type, name)).type();
      checkArgument(
          found == FieldType.TEXT,
          "column '%s' is for full-text search and must hold texts, but holds %s",
          name,
          found.lowerName());
    }
  }

  /**
   * Returns the mapping of the columns: whole numbers as {@code long}, decimals as {@code double}
   * (the document keeps all digits), texts as {@code keyword} or, where asked for, as {@code text}.
   * Numbers within JSON become {@code double} and texts {@code keyword}, whichever document comes
   * first.
   *
   * @param words the columns to search by words
   */
  static String mapping(RowType type, Set<String> words) {
    ObjectNode mapping = JSON.createObjectNode().put("date_detection", false);
    ArrayNode templates = JSON.createArrayNode();
    ObjectNode properties = mapping.putObject("properties");
    for (Field field : type.fields()) {
      if (field.type() == FieldType.JSON) {
        addTemplates(field.name(), templates);
      } else {
        properties.set(field.name(), fieldOf(field.type(), words.contains(field.name())));
      }
    }
    if (!templates.isEmpty()) {
      mapping.set("dynamic_templates", templates);
    }
    return mapping.toString();
  }

  /** Elasticsearch takes the first template whose pattern and type match. */
  private static void addTemplates(String column, ArrayNode templates) {
    for (String path : List.of(column, column + ".*")) {
      for (String number : List.of("long", "double")) {
        addTemplate(path, number, "double", templates);
      }
      addTemplate(path, "string", "keyword", templates);
    }
  }

  private static void addTemplate(String path, String found, String type, ArrayNode templates) {
    ObjectNode template = JSON.createObjectNode();
    template
        .putObject(IndexFields.OWN_TEMPLATES + templates.size())
        .put("path_match", path)
        .put("match_mapping_type", found)
        .putObject("mapping")
        .put("type", type);
    templates.add(template);
  }

  private static ObjectNode fieldOf(FieldType type, boolean words) {
    ObjectNode field = JSON.createObjectNode();
    return switch (type) {
      case BOOLEAN -> field.put("type", "boolean");
      case SMALLINT, INTEGER, BIGINT -> field.put("type", "long");
      case REAL -> field.put("type", "float");
      case DOUBLE, DECIMAL -> field.put("type", "double");
      case DATE, TIMESTAMP, INSTANT ->
          field.put("type", "date").put("format", "strict_date_optional_time");
      case UUID, TIME -> field.put("type", "keyword");
      case BYTES -> field.put("type", "keyword").put("index", false).put("doc_values", false);
      case TEXT -> field.put("type", words ? "text" : "keyword");
      case JSON -> throw new IllegalArgumentException("JSON has templates, not a field");
    };
  }

  /**
   * Checks that each column can be a field of its own.
   *
   * @throws IllegalArgumentException if one cannot
   */
  static void checkNames(RowType type) {
    for (String name : type.names()) {
      checkArgument(
          !METADATA.contains(name) && isPath(name),
          "column '%s' cannot be a field of Elasticsearch, which takes names without blank parts"
              + " between dots, and keeps names like _id to itself: rename it in a mapping",
          shown(name));
      for (String other : type.names()) {
        checkArgument(
            !other.startsWith(name + "."),
            "columns '%s' and '%s' cannot both be fields of Elasticsearch: a dot makes the first an"
                + " object; rename one in a mapping",
            shown(name),
            shown(other));
      }
    }
  }

  /**
   * Checks that rows can be documents of a data stream.
   *
   * @throws IllegalArgumentException if a column is missing, or there are versions
   */
  static void checkDataStream(
      ElasticsearchTarget stream, RowType type, @Nullable String versionColumn) {
    checkArgument(
        type.indexOf(IndexFields.TIMESTAMP) >= 0,
        "data stream %s takes documents with a field %s: name a column so in a mapping",
        stream.index(),
        IndexFields.TIMESTAMP);
    checkArgument(
        versionColumn == null,
        "data stream %s takes new documents only, which have no versions: leave --versionColumn"
            + " out",
        stream.index());
  }

  private static boolean isPath(String name) {
    for (String part : name.split("\\.", -1)) {
      if (part.isBlank()) {
        return false;
      }
    }
    return true;
  }

  private static String shown(String name) {
    return name.length() <= 100 ? name : name.substring(0, 100) + "…";
  }
}

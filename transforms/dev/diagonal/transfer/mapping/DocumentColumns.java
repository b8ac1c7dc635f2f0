package dev.diagonal.transfer.mapping;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.Template;
import dev.diagonal.internal.transfer.document.VersionColumn;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowType;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The special columns of rows that become documents, besides fields.
 *
 * @param id the columns of the document's id
 * @param version the column of its version, or null for none
 * @param routing the column of its routing, or null for the id
 * @param text the columns for full-text search, in an index that lacks fields for them
 */
public record DocumentColumns(
    DocumentId id, @Nullable String version, @Nullable String routing, Set<String> text)
    implements Serializable {

  public DocumentColumns {
    text = Set.copyOf(text);
  }

  /** Returns columns without version and routing, of which none is for full-text search. */
  public static DocumentColumns of(DocumentId id) {
    return new DocumentColumns(id, null, null, Set.of());
  }

  /** Sets the column of versions, whole numbers from 0; default null for none. */
  public DocumentColumns withVersion(@Nullable String column) {
    return new DocumentColumns(id, column, routing, text);
  }

  /**
   * Sets the column whose value decides the shard of a document; default null for the id. Documents
   * with the same id and different routings are distinct.
   */
  public DocumentColumns withRouting(@Nullable String column) {
    return new DocumentColumns(id, version, column, text);
  }

  /** Sets the text columns for full-text search; default none. */
  public DocumentColumns withText(List<String> columns) {
    return new DocumentColumns(id, version, routing, Set.copyOf(columns));
  }

  /**
   * Checks that rows have these columns.
   *
   * @throws IllegalArgumentException if one is unknown or of another type
   */
  public void check(RowType type) {
    Template unused = Template.of(id.key(), id.format(), type);
    VersionColumn unusedToo = VersionColumn.of(version, type);
    if (routing != null) {
      int column = Columns.indexOf(type, routing);
      checkArgument(
          type.field(column).type() != FieldType.BYTES
              && type.field(column).type() != FieldType.JSON,
          "the routing column '%s' must hold texts or numbers, but holds %s",
          routing,
          type.field(column).type().lowerName());
    }
    for (String name : text) {
      FieldType found = type.field(Columns.indexOf(type, name)).type();
      checkArgument(
          found == FieldType.TEXT,
          "column '%s' is for full-text search and must hold texts, but holds %s",
          name,
          found.lowerName());
    }
  }
}

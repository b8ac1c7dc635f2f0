package dev.diagonal.transfer.mapping;

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
}

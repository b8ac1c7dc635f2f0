package dev.diagonal.transfer.mapping;

import static java.util.stream.Collectors.joining;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The special columns of rows that become documents, besides fields. Ids are built either from a
 * key, such that different keys have different ids, or by a format, whose uniqueness the user
 * ensures.
 *
 * @param key the columns of a key; empty if there is a format
 * @param idFormat the format of ids, a text with columns in braces; null if there is a key
 * @param version the column of a document's version, or null for none
 * @param routing the column of its routing, or null for the id
 * @param text the columns for full-text search, in an index that lacks fields for them
 */
public record DocumentColumns(
    List<String> key,
    @Nullable String idFormat,
    @Nullable String version,
    @Nullable String routing,
    Set<String> text)
    implements Serializable {

  /**
   * @throws IllegalArgumentException unless there is either a key or a format
   */
  public DocumentColumns {
    key = List.copyOf(key);
    text = Set.copyOf(text);
    checkArgument(key.isEmpty() == (idFormat != null), "an id needs either a key or a format");
  }

  /**
   * Returns columns without version and routing, of which none is for full-text search. Ids are
   * built from the values of these key columns, such that different keys never have the same id.
   */
  public static DocumentColumns ofKey(List<String> columns) {
    return new DocumentColumns(columns, null, null, null, Set.of());
  }

  /**
   * Returns columns without version and routing, of which none is for full-text search. Ids have
   * this format, as {@code {userId}-{movieId}}.
   */
  public static DocumentColumns ofIdFormat(String format) {
    return new DocumentColumns(List.of(), format, null, null, Set.of());
  }

  /** Sets the column of versions, whole numbers from 0; default null for none. */
  public DocumentColumns withVersion(@Nullable String column) {
    return new DocumentColumns(key, idFormat, column, routing, text);
  }

  /**
   * Sets the column whose value decides the shard of a document; default null for the id. Documents
   * with the same id and different routings are distinct.
   */
  public DocumentColumns withRouting(@Nullable String column) {
    return new DocumentColumns(key, idFormat, version, column, text);
  }

  /** Sets the text columns for full-text search; default none. */
  public DocumentColumns withText(List<String> columns) {
    return new DocumentColumns(key, idFormat, version, routing, Set.copyOf(columns));
  }

  /** Returns how ids are built, as a format. */
  public String id() {
    return idFormat == null
        ? key.stream().map(column -> "{" + column + "}").collect(joining("-"))
        : idFormat;
  }
}

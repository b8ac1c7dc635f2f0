package dev.diagonal.transfer.mapping;

import static java.util.stream.Collectors.joining;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the ids of documents are built: from a key, such that different keys have different ids, or
 * by a format, whose uniqueness the user ensures.
 *
 * @param key the columns of a key; empty if there is a format
 * @param format a text with columns in braces, or null if there is a key
 */
public record DocumentId(List<String> key, @Nullable String format) implements Serializable {

  /**
   * @throws IllegalArgumentException unless exactly one of the two is set
   */
  public DocumentId {
    key = List.copyOf(key);
    checkArgument(key.isEmpty() == (format != null), "an id needs either a key or a format");
  }

  /**
   * Returns the id of a key: the values of these columns, such that different keys never have the
   * same id.
   */
  public static DocumentId ofKey(List<String> columns) {
    return new DocumentId(columns, null);
  }

  /** Returns the id of a format, as {@code {userId}-{movieId}}. */
  public static DocumentId ofFormat(String format) {
    return new DocumentId(List.of(), format);
  }

  /** Returns it as a format. */
  @Override
  public String toString() {
    return format == null
        ? key.stream().map(column -> "{" + column + "}").collect(joining("-"))
        : format;
  }
}

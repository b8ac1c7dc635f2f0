package dev.diagonal.internal.rows.types;

import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.rows.FieldType;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column of a text file, guessed from the first records.
 *
 * @param column its name
 * @param type the narrowest type of all sampled values
 * @param sample a description of the sample, such as {@code the first 1,000 records of zips.csv}
 * @param odd why a column that looks like another type is text, or null
 */
public record ColumnGuess(String column, FieldType type, String sample, @Nullable Odd odd)
    implements Serializable {

  /**
   * A value that does not fit the type of the others.
   *
   * @param line of the first file, from 1
   * @param others the type of the other values
   */
  public record Odd(String value, long line, FieldType others) implements Serializable {}

  /** Returns the exception for a text that is not a value of the type. */
  public BadValueException isNot(String value) {
    return new BadValueException(
        "'%s' is not a %s; %s".formatted(BadValueException.shown(value), type.lowerName(), hint()));
  }

  /** Returns the exception for a JSON array or object in a column of texts. */
  public BadValueException isStructure(String value) {
    return new BadValueException(
        "%s is not a text; the type was guessed from %s. Set another: --types=%s:json"
            .formatted(BadValueException.shown(value), sample, column));
  }

  /** Returns the exception for a value that would not be written back unchanged. */
  public BadValueException changes(String value) {
    return new BadValueException(
        "'%s' would change when it is stored as a %s; %s"
            .formatted(BadValueException.shown(value), type.lowerName(), hint()));
  }

  /** Returns where the type comes from and how to set another. */
  String hint() {
    return "the type was guessed from %s. Set another: --types=%s:text, or --types=text for all columns"
        .formatted(sample, column);
  }

  /** Returns why the column is text although it looks like another type, or null if it does not. */
  @Nullable
  public String remark() {
    return odd == null
        ? null
        : "column %s is text because of '%s' in line %s; its other values are %s (--types=%s:%s)"
            .formatted(
                column,
                BadValueException.shown(odd.value),
                odd.line,
                odd.others.lowerName(),
                column,
                odd.others.lowerName());
  }
}

package dev.diagonal.internal.transfer.source;

import com.fasterxml.jackson.core.JsonToken;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.ColumnGuess;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Maps the keys of JSON objects to columns of text blocks.
 *
 * @param type of the blocks
 * @param ignoresUnknown whether keys without a column are ignored
 * @param areAsWritten whether values are kept as they are written, strings in their quotes
 * @param guesses by column, the guess that a string contradicts, or null
 * @param json the columns that become JSON, whose values are kept as they are written, except null
 */
record JsonColumns(
    RowType type,
    boolean ignoresUnknown,
    boolean areAsWritten,
    List<@Nullable ColumnGuess> guesses,
    Set<String> json)
    implements Serializable {

  JsonColumns {
    json = Set.copyOf(json);
  }

  static JsonColumns values(RowType declared, boolean ignoresUnknown) {
    List<Field> texts =
        declared.names().stream().map(key -> new Field(key, FieldType.TEXT)).toList();
    return new JsonColumns(
        new RowType(texts), ignoresUnknown, false, nothing(texts.size()), Set.of());
  }

  static JsonColumns asWritten(RowType json, boolean ignoresUnknown) {
    return new JsonColumns(json, ignoresUnknown, true, nothing(json.size()), Set.of());
  }

  private static List<@Nullable ColumnGuess> nothing(int size) {
    return new ArrayList<>(Collections.<@Nullable ColumnGuess>nCopies(size, null));
  }

  /**
   * Returns these columns, but refusing strings in columns that were guessed to hold another type.
   *
   * @param becomeJson the columns that become JSON
   */
  JsonColumns refusingTexts(List<ColumnGuess> guesses, Set<String> becomeJson) {
    List<@Nullable ColumnGuess> refused = nothing(type.size());
    for (ColumnGuess guess : guesses) {
      if (guess.type() != FieldType.JSON) {
        refused.set(type.indexOf(guess.column()), guess);
      }
    }
    return new JsonColumns(type, ignoresUnknown, areAsWritten, refused, becomeJson);
  }

  /** Refuses a string in a column that was guessed to hold another type. */
  void check(int column, JsonToken token, String text) throws BadValueException {
    ColumnGuess guess = guesses.get(column);
    if (guess == null) {
      return;
    }
    if (guess.type() == FieldType.TEXT) {
      if (token.isStructStart()) {
        throw new BadValueException(
            "column '" + guess.column() + "': " + guess.isStructure(text).getMessage());
      }
    } else if (token == JsonToken.VALUE_STRING) {
      String written = isAsWritten(guess.column()) ? text : '"' + text + '"';
      throw new BadValueException(
          "column '" + guess.column() + "': " + guess.isNot(written).getMessage());
    }
  }

  /** Returns whether a string of this key keeps its quotes and escapes. */
  boolean isAsWritten(String key) {
    return areAsWritten || json.contains(key);
  }

  /** Returns whether a value is null; in a copy of JSON lines, no value is. */
  boolean isNull(JsonToken token) {
    return token == JsonToken.VALUE_NULL && !areAsWritten;
  }
}

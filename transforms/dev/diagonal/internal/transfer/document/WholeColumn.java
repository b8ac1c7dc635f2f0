package dev.diagonal.internal.transfer.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks a column that may have fractions but whose field, or a field within its JSON, holds whole
 * numbers. Elasticsearch would silently index 0.9 as 0.
 *
 * @param name of the column
 * @param column its position
 * @param json the fields of whole numbers within a column of JSON, by their names with dots; empty
 *     for other columns
 */
public record WholeColumn(String name, int column, Set<String> json) {

  private static final JsonFactory JSON = new JsonFactory();

  public WholeColumn {
    json = Set.copyOf(json);
  }

  /** Returns the columns to check, of those whose fields hold whole numbers. */
  public static List<WholeColumn> of(Set<String> wholeFields, RowType type) {
    List<WholeColumn> columns = new ArrayList<>();
    for (int i = 0; i < type.size(); i++) {
      Field field = type.field(i);
      if (field.type() == FieldType.JSON) {
        Set<String> within = new TreeSet<>();
        for (String whole : wholeFields) {
          if (whole.equals(field.name()) || whole.startsWith(field.name() + ".")) {
            within.add(whole);
          }
        }
        if (!within.isEmpty()) {
          columns.add(new WholeColumn(field.name(), i, within));
        }
      } else if (wholeFields.contains(field.name())
          && !field.type().isWhole()
          && (field.type().isNumber() || field.type() == FieldType.TEXT)) {
        columns.add(new WholeColumn(field.name(), i, Set.of()));
      }
    }
    return columns;
  }

  /**
   * Accepts null, whole numbers, and texts that are not numbers, which Elasticsearch refuses
   * itself.
   *
   * @throws BadValueException if the value has a fraction
   */
  public void check(RowBlock block, int row) throws BadValueException {
    if (block.isNull(row, column)) {
      return;
    }
    ByteBuilder text = new ByteBuilder(24);
    ValueFormatter.put(block, row, column, text);
    if (json.isEmpty()) {
      check(name, text.toString());
    } else {
      checkJson(text);
    }
  }

  private void checkJson(ByteBuilder text) throws BadValueException {
    Deque<String> path = new ArrayDeque<>(List.of(name));
    try (JsonParser parser = JSON.createParser(text.array(), 0, text.size())) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          path.addLast(path.getLast() + "." + parser.currentName());
        } else if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_STRING) {
          if (json.contains(path.getLast())) {
            check(path.getLast(), parser.getText());
          }
        }
        boolean ends = token.isScalarValue() || token.isStructEnd();
        if (ends && parser.getParsingContext().inObject()) {
          path.removeLast();
        }
      }
    } catch (IOException e) {
      throw new BadValueException("column '%s': it is not JSON".formatted(name));
    }
  }

  private static void check(String field, String value) throws BadValueException {
    if (hasFraction(value)) {
      throw new BadValueException(
          "column '%s': %s has a fraction, but the index maps the field to whole numbers"
              .formatted(field, value));
    }
  }

  private static boolean hasFraction(String number) {
    if (number.chars().allMatch(c -> (c >= '0' && c <= '9') || c == '-')) {
      return false;
    }
    try {
      return new BigDecimal(number).stripTrailingZeros().scale() > 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}

package dev.diagonal.internal.transfer.mapping;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.ExactFloat;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.Template;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.internal.rows.ValueParser;
import dev.diagonal.internal.rows.types.ColumnGuess;
import dev.diagonal.internal.rows.types.ExactText;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping.Target;

/** Sets one column of a row. Confined to one thread. */
@FunctionalInterface
interface ColumnConversion {

  /**
   * Sets the column in the current row of {@code out}.
   *
   * @return false, with nothing set, if there is no value
   */
  boolean set(RowBlock in, int row, RowBlock out, int column) throws BadValueException;

  /** Returns a conversion that falls back to another one if this one has no value. */
  default ColumnConversion or(ColumnConversion other) {
    return (in, row, out, column) -> set(in, row, out, column) || other.set(in, row, out, column);
  }

  /**
   * Converts the values of a column.
   *
   * @param source the position of the column
   * @throws IllegalArgumentException if the target's pattern does not fit
   */
  static ColumnConversion of(
      RowType from,
      int source,
      Field field,
      Target target,
      ConversionPlan plan,
      ValueParser parser) {
    FieldType given = from.field(source).type();
    FieldType wanted = field.type();
    ColumnConversion conversion;
    if (target.pattern() != null) {
      conversion = FormatPattern.of(target, given, wanted, source);
    } else if (given == FieldType.TEXT) {
      ColumnGuess guess = plan.guessOf(target);
      conversion =
          wanted == FieldType.TEXT
              ? text(source, plan, parser)
              : guess == null
                  ? parsed(source, parser)
                  : guessed(source, guess, plan.marksNumbers(), parser);
    } else if (given == wanted || (wanted == FieldType.TEXT && isText(given))) {
      conversion = given.isWord() ? word(source) : bytes(source);
    } else if (given.isWhole() && (wanted == FieldType.DOUBLE || wanted == FieldType.REAL)) {
      conversion =
          (in, row, out, column) -> {
            out.setDouble(column, ExactFloat.of(in.word(row, source), wanted));
            return true;
          };
    } else if (given == FieldType.DOUBLE && wanted == FieldType.REAL) {
      conversion =
          (in, row, out, column) -> {
            out.setDouble(column, ExactFloat.real(in.doubleValue(row, source)));
            return true;
          };
    } else if (given == FieldType.DECIMAL
        && (wanted == FieldType.DOUBLE || wanted == FieldType.REAL)) {
      conversion =
          (in, row, out, column) -> {
            out.setDouble(column, ExactFloat.of(in.text(row, source), wanted));
            return true;
          };
    } else if (given == FieldType.REAL && wanted == FieldType.DOUBLE) {
      conversion = word(source);
    } else {
      conversion = formatted(source, parser);
    }
    return (in, row, out, column) ->
        !in.isNull(row, source) && conversion.set(in, row, out, column);
  }

  /**
   * Sets the same value in every row.
   *
   * @throws IllegalArgumentException if the text is not a value of the type
   */
  static ColumnConversion constant(String text, Field field, ValueParser parser) {
    byte[] formatted = text.getBytes(UTF_8);
    ColumnConversion constant =
        (in, row, out, column) -> {
          parser.set(out, column, formatted, 0, formatted.length);
          return true;
        };
    try {
      RowBlock tried = new RowBlock(new RowType(java.util.List.of(field)), 1, RowOrigin.of(""));
      var unused = constant.set(tried, 0, tried, 0);
      return constant;
    } catch (BadValueException e) {
      throw new IllegalArgumentException("column '" + field.name() + "': " + e.getMessage(), e);
    }
  }

  /** Sets a text that a template formats from several columns. */
  static ColumnConversion format(Template template, ValueParser parser) {
    ByteBuilder text = new ByteBuilder(64);
    return (in, row, out, column) -> {
      text.clear();
      if (!template.put(in, row, text)) {
        return false;
      }
      parser.set(out, column, text.array(), 0, text.size());
      return true;
    };
  }

  /** Returns whether the bytes of a value are its text. */
  private static boolean isText(FieldType type) {
    return !type.isWord() && type != FieldType.BYTES;
  }

  private static ColumnConversion word(int source) {
    return (in, row, out, column) -> {
      out.setWord(column, in.word(row, source));
      return true;
    };
  }

  private static ColumnConversion bytes(int source) {
    return (in, row, out, column) -> {
      out.setBytes(column, in.bytes(source), in.start(row, source), in.end(row, source));
      return true;
    };
  }

  private static ColumnConversion text(int source, ConversionPlan plan, ValueParser parser) {
    return (in, row, out, column) -> {
      byte[] text = in.bytes(source);
      int start = in.start(row, source);
      int end = in.end(row, source);
      if (plan.checkUtf8()) {
        parser.requireUtf8(text, start, end);
      }
      if (plan.refuseNul() && UnchangedBlocks.NUL.indexIn(text, start, end) < end) {
        throw new BadValueException(
            "the text contains the character 0, which the target cannot hold");
      }
      out.setBytes(column, text, start, end);
      return true;
    };
  }

  /** Parses texts; an empty text is null for all types but text. */
  private static ColumnConversion parsed(int source, ValueParser parser) {
    return (in, row, out, column) -> {
      int start = in.start(row, source);
      int end = in.end(row, source);
      if (start == end) {
        return false;
      }
      parser.set(out, column, in.bytes(source), start, end);
      return true;
    };
  }

  /** Parses texts by a guessed type, and refuses those that would not be written back unchanged. */
  private static ColumnConversion guessed(
      int source, ColumnGuess guess, boolean marksNumbers, ValueParser parser) {
    FieldType type = guess.type();
    boolean anyNumber = marksNumbers && type == FieldType.DECIMAL;
    return (in, row, out, column) -> {
      byte[] text = in.bytes(source);
      int start = in.start(row, source);
      int end = in.end(row, source);
      if (start == end) {
        return false;
      }
      try {
        parser.set(out, column, text, start, end);
      } catch (BadValueException e) {
        throw guess.isNot(in.text(row, source));
      }
      if (!anyNumber && !ExactText.isExact(type, text, start, end)) {
        throw guess.changes(in.text(row, source));
      }
      return true;
    };
  }

  /** Refuses decimals that have more digits than their column. */
  static ColumnConversion sized(ColumnConversion conversion, DecimalSize size) {
    return (in, row, out, column) -> {
      boolean found = conversion.set(in, row, out, column);
      if (found) {
        ValueParser.requireDigits(out.text(out.rows(), column), size);
      }
      return found;
    };
  }

  /** Formats a value as text and parses that. */
  private static ColumnConversion formatted(int source, ValueParser parser) {
    ByteBuilder text = new ByteBuilder(64);
    return (in, row, out, column) -> {
      text.clear();
      ValueFormatter.put(in, row, source, text);
      parser.set(out, column, text.array(), 0, text.size());
      return true;
    };
  }
}

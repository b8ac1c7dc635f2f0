package dev.diagonal.internal.rows.types;

import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.FieldType;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A type in the notation of users, such as {@code text} or {@code decimal(10,2)}.
 *
 * @param size the digits of a decimal, or null for any number of them
 */
public record NamedType(FieldType type, @Nullable DecimalSize size) implements Serializable {

  /** Text of any length. */
  public static final NamedType TEXT = new NamedType(FieldType.TEXT, null);

  private static final Pattern SIZED =
      Pattern.compile("decimal\\s*\\(\\s*(\\d{1,4})\\s*(?:,\\s*(\\d{1,4})\\s*)?\\)");

  /**
   * Parses a type.
   *
   * @throws IllegalArgumentException if there is no such type
   */
  public static NamedType of(String name) {
    FieldType type = FieldType.named(name);
    if (type != null) {
      return new NamedType(type, null);
    }
    Matcher sized = SIZED.matcher(name);
    if (sized.matches()) {
      String scale = sized.group(2);
      return new NamedType(
          FieldType.DECIMAL,
          new DecimalSize(
              Integer.parseInt(sized.group(1)), scale == null ? 0 : Integer.parseInt(scale)));
    }
    throw new IllegalArgumentException(
        "'%s' is not a type%s".formatted(name, NearestName.hint(name, FieldType.names())));
  }
}

package dev.diagonal.internal.schematransforms;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.Secret;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.rows.NearestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.Field;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/** The settings of a transform, by field; a field that is null, or empty, is not set. */
record Settings(Row row) {

  /** Names the output of bad records, as in Beam's own transforms. */
  static final Field ERRORS =
      Field.nullable(
              "error_handling",
              FieldType.row(
                  Schema.of(
                      Field.of("output", FieldType.STRING)
                          .withDescription("The name of the output with the bad records."))))
          .withDescription(
              "Where bad records go: rows of failed_row (the line, or the row as JSON, in UTF-8)"
                  + " and error_message. Without it, the first bad record fails the run.");

  static Field required(String name, String description) {
    return Field.of(name, FieldType.STRING).withDescription(description);
  }

  static Field requiredTexts(String name, String description) {
    return Field.of(name, FieldType.array(FieldType.STRING)).withDescription(description);
  }

  static Field optional(String name, FieldType type, String description) {
    return Field.nullable(name, type).withDescription(description);
  }

  /**
   * Returns a text.
   *
   * @throws IllegalArgumentException if it is not set
   */
  String text(String field) {
    String value = optionalText(field);
    if (value == null) {
      throw new IllegalArgumentException(field + " is not set");
    }
    return value;
  }

  @Nullable String optionalText(String field) {
    String value = row.getString(field);
    return value == null || value.isEmpty() ? null : value;
  }

  String text(String field, String otherwise) {
    String value = optionalText(field);
    return value == null ? otherwise : value;
  }

  List<String> texts(String field) {
    Collection<String> values = row.getArray(field);
    return values == null ? List.of() : List.copyOf(values);
  }

  Map<String, String> textsByName(String field) {
    Map<String, String> values = row.getMap(field);
    return values == null ? Map.of() : Map.copyOf(values);
  }

  int number(String field, int otherwise) {
    Integer value = row.getInt32(field);
    return value == null ? otherwise : value;
  }

  boolean flag(String field, boolean otherwise) {
    Boolean value = row.getBoolean(field);
    return value == null ? otherwise : value;
  }

  /**
   * Returns one of the constants, by its name in lower case.
   *
   * @throws IllegalArgumentException if none has that name
   */
  <E extends Enum<E>> E constant(String field, Class<E> type, E otherwise) {
    String value = optionalText(field);
    if (value == null) {
      return otherwise;
    }
    List<E> constants = Arrays.asList(type.getEnumConstants());
    return constants.stream()
        .filter(each -> nameOf(each).equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: '%s' is unknown%s"
                        .formatted(
                            field,
                            value,
                            NearestName.hint(
                                value, constants.stream().map(Settings::nameOf).toList()))));
  }

  private static String nameOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the secret in a field, or in the first line of the file that a field names; null if
   * neither is set.
   *
   * @throws IllegalArgumentException if both are set, or the file cannot be read or is empty
   */
  @Nullable Secret secret(String field, String fileField) {
    String value = optionalText(field);
    String file = optionalText(fileField);
    checkArgument(value == null || file == null, "set either %s or %s, not both", field, fileField);
    return value == null ? secretIn(fileField) : new Secret(value);
  }

  /**
   * Returns the first line of the file that a field names; null if it is not set.
   *
   * @throws IllegalArgumentException if the file cannot be read or is empty
   */
  @Nullable Secret secretIn(String fileField) {
    String file = optionalText(fileField);
    if (file == null) {
      return null;
    }
    try {
      String line = Files.readString(Path.of(file)).lines().findFirst().orElse("");
      checkArgument(!line.isEmpty(), "%s: the file '%s' is empty", fileField, file);
      return new Secret(line);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "%s: the file '%s' cannot be read: %s".formatted(fileField, file, Reason.ofFile(e)), e);
    }
  }

  /** Returns the name of the output of bad records, or null if there is none. */
  @Nullable String errorOutput() {
    Row errors = row.getRow(ERRORS.getName());
    return errors == null ? null : errors.getString("output");
  }
}

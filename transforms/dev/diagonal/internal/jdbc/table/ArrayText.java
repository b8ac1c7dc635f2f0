package dev.diagonal.internal.jdbc.table;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats arrays and their elements in PostgreSQL's text format. */
public final class ArrayText {

  private ArrayText() {}

  /** Returns for example {@code {"1",NULL,"a \"b\""}}. */
  public static String of(List<?> elements) {
    return elements.stream().map(ArrayText::element).collect(Collectors.joining(",", "{", "}"));
  }

  private static String element(@Nullable Object element) {
    if (element == null) {
      return "NULL";
    }
    return element instanceof List<?> inner
        ? of(inner)
        : '"' + valueOf(element).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Returns one value in PostgreSQL's text format. */
  public static String valueOf(Object value) {
    if (value instanceof byte[] bytes) {
      return "\\x" + HexFormat.of().formatHex(bytes);
    }
    if (value instanceof Instant instant) {
      return instant.atOffset(UTC).toString();
    }
    @Nullable String text = value.toString();
    return text == null ? "" : text;
  }
}

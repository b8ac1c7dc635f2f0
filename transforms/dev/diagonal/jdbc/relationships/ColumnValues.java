package dev.diagonal.jdbc.relationships;

import dev.diagonal.jdbc.table.Column;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The values of one column of a batch. The driver sends them in binary as one array: whole numbers
 * as {@code bigint[]}, floating-point numbers as {@code double precision[]}, all others as {@code
 * text[]}, which the statement casts to the type of the column.
 */
final class ColumnValues {

  /** The array type in which values are sent. */
  enum Kind {
    WHOLE("bigint"),
    FLOATING("double precision"),
    TEXT("text");

    private final String type;

    Kind(String type) {
      this.type = type;
    }

    /** The SQL type of an element. */
    String type() {
      return type;
    }

    static Kind of(Column column) {
      String type = SPACES.matcher(column.type().toLowerCase(Locale.ROOT).trim()).replaceAll(" ");
      if (WHOLE_TYPES.contains(type)) {
        return WHOLE;
      }
      return FLOATING_TYPES.contains(type) ? FLOATING : TEXT;
    }
  }

  private static final Pattern SPACES = Pattern.compile(" +");
  private static final Set<String> WHOLE_TYPES =
      Set.of("bigint", "int8", "integer", "int", "int4", "smallint", "int2");
  private static final Set<String> FLOATING_TYPES =
      Set.of("double precision", "float8", "float", "real", "float4");

  private final Column column;
  private final Kind kind;
  private final int rows;
  private final long[] whole;
  private final double[] floating;
  private final @Nullable String[] texts;
  private boolean @Nullable [] nulls;
  private int size;

  ColumnValues(Column column, int rows) {
    this.column = column;
    this.kind = Kind.of(column);
    this.rows = rows;
    this.whole = new long[kind == Kind.WHOLE ? rows : 0];
    this.floating = new double[kind == Kind.FLOATING ? rows : 0];
    this.texts = new String[kind == Kind.TEXT ? rows : 0];
  }

  void addNull() {
    if (kind != Kind.TEXT) {
      if (nulls == null) {
        nulls = new boolean[rows];
      }
      nulls[size] = true;
    }
    size++;
  }

  void add(long value) {
    switch (kind) {
      case WHOLE -> whole[size++] = value;
      case FLOATING -> floating[size++] = value;
      case TEXT -> texts[size++] = Long.toString(value);
    }
  }

  void add(double value) {
    switch (kind) {
      case WHOLE -> throw refused("a floating-point number");
      case FLOATING -> floating[size++] = value;
      case TEXT -> texts[size++] = Double.toString(value);
    }
  }

  /** Adds a value in PostgreSQL's text format. */
  void add(String value) {
    switch (kind) {
      case WHOLE -> throw refused("text");
      case FLOATING -> throw refused("text");
      case TEXT -> texts[size++] = value;
    }
  }

  /** Returns the array of all values, as {@code PreparedStatement.setObject} takes it. */
  Object toArray() {
    return switch (kind) {
      case WHOLE -> nulls == null ? whole : boxed(nulls);
      case FLOATING -> nulls == null ? floating : boxed(nulls);
      case TEXT -> texts;
    };
  }

  /**
   * Returns the distinct values of some rows, as {@link #toArray} does. None of them may be null.
   */
  Object distinct(BitSet picked) {
    IntStream rowsPicked = picked.stream().filter(row -> nulls == null || !nulls[row]);
    return switch (kind) {
      case WHOLE -> rowsPicked.mapToLong(row -> whole[row]).distinct().toArray();
      case FLOATING -> rowsPicked.mapToDouble(row -> floating[row]).distinct().toArray();
      case TEXT ->
          rowsPicked
              .mapToObj(row -> texts[row])
              .filter(Objects::nonNull)
              .distinct()
              .toArray(String[]::new);
    };
  }

  /** Returns the value in the given row, for messages. */
  String shown(int row) {
    return String.valueOf(text(row));
  }

  /** Returns the value in the given row in PostgreSQL's text format. */
  @Nullable String text(int row) {
    if (nulls != null && nulls[row]) {
      return null;
    }
    return switch (kind) {
      case WHOLE -> Long.toString(whole[row]);
      case FLOATING -> Double.toString(floating[row]);
      case TEXT -> texts[row];
    };
  }

  private Object boxed(boolean[] isNull) {
    if (kind == Kind.WHOLE) {
      @Nullable Long[] values = Arrays.stream(whole).boxed().toArray(Long[]::new);
      setNulls(values, isNull);
      return values;
    }
    @Nullable Double[] values = Arrays.stream(floating).boxed().toArray(Double[]::new);
    setNulls(values, isNull);
    return values;
  }

  private static void setNulls(@Nullable Object[] values, boolean[] isNull) {
    for (int i = 0; i < values.length; i++) {
      if (isNull[i]) {
        values[i] = null;
      }
    }
  }

  private IllegalArgumentException refused(String what) {
    return new IllegalArgumentException(
        "column %s is %s and does not accept %s".formatted(column.name(), column.type(), what));
  }
}

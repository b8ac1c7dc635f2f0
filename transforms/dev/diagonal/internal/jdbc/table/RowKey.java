package dev.diagonal.internal.jdbc.table;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.OffsetDateTime;
import java.util.List;

/**
 * The key of a row, as the database would compare it: equal keys are equal rows there. The order is
 * Java's, not the database's; it only has to be the same for every writer, so that two of them
 * never wait for each other's rows in a ring.
 */
public record RowKey(List<Comparable<?>> parts) implements Comparable<RowKey> {

  /** Returns {@code value} in the one form in which equal values are equal objects. */
  static Comparable<?> part(Object value) {
    if (value instanceof Integer number) {
      return number.longValue();
    }
    if (value instanceof Double number) {
      return number + 0.0; // -0.0 is 0.0 to PostgreSQL
    }
    if (value instanceof BigDecimal number) {
      return number.stripTrailingZeros(); // 1.0 is 1.00
    }
    if (value instanceof byte[] bytes) {
      return ByteBuffer.wrap(bytes);
    }
    if (value instanceof OffsetDateTime instant) {
      return instant.toInstant();
    }
    return (Comparable<?>) value;
  }

  @Override
  public int compareTo(RowKey other) {
    for (int i = 0; i < parts.size(); i++) {
      int order = compare(parts.get(i), other.parts.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  // Parts of one column are of one class, unless its binder puts now a long and now a text.
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static int compare(Comparable<?> one, Comparable<?> other) {
    return one.getClass() == other.getClass()
        ? ((Comparable) one).compareTo(other)
        : one.getClass().getName().compareTo(other.getClass().getName());
  }

  /** The key as a message may show it: 200 characters at most. */
  @Override
  public String toString() {
    String text =
        parts.size() == 1
            ? shown(parts.get(0))
            : parts.stream().map(RowKey::shown).toList().toString();
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }

  private static String shown(Comparable<?> part) {
    return part instanceof ByteBuffer bytes ? bytes.remaining() + " bytes" : part.toString();
  }
}

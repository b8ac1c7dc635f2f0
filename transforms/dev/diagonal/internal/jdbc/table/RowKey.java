package dev.diagonal.internal.jdbc.table;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.OffsetDateTime;
import java.util.List;

/**
 * The key of a row: keys are equal if and only if the database considers them equal. The order is
 * Java's, not the database's; it only has to be the same for every writer, so that writers never
 * deadlock.
 */
public record RowKey(List<Comparable<?>> parts) implements Comparable<RowKey> {

  /** Returns the canonical form of {@code value}: equal values become equal objects. */
  static Comparable<?> part(Object value) {
    if (value instanceof Integer number) {
      return number.longValue();
    }
    if (value instanceof Double number) {
      return number + 0.0; // PostgreSQL considers -0.0 equal to 0.0
    }
    if (value instanceof BigDecimal number) {
      return number.stripTrailingZeros(); // 1.0 equals 1.00
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

  // Parts of a column have one class, unless its binder mixes longs and texts.
  @SuppressWarnings({"unchecked", "rawtypes"})
  private static int compare(Comparable<?> one, Comparable<?> other) {
    return one.getClass() == other.getClass()
        ? ((Comparable) one).compareTo(other)
        : one.getClass().getName().compareTo(other.getClass().getName());
  }

  /** Returns the key in a form that messages may show: at most 200 characters. */
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

package dev.diagonal.internal.edges;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.files.stored.Piece;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.beam.sdk.coders.Coder;
import org.jspecify.annotations.Nullable;

/**
 * A relationship between two ids, with its own id. Both ends are whole numbers, or both are texts.
 * The edge's id is a whole number, a text, or the place it was read from as a UUID.
 *
 * <p>A class instead of a record, because there are millions of them: an edge between numbers takes
 * 56 bytes, with boxed ids it would take 96. Immutable.
 */
public final class Edge {

  private static final @Nullable String[] NO_TEXTS = {};
  private static final IdKind[] ID_KINDS = IdKind.values();

  /** The kind of an edge's id. */
  public enum IdKind {
    PLACE("uuid"),
    NUMBER("bigint"),
    TEXT("text");

    private final String sqlType;

    IdKind(String sqlType) {
      this.sqlType = sqlType;
    }

    /** Returns its PostgreSQL type. */
    String sqlType() {
      return sqlType;
    }
  }

  /**
   * The id's kind and whether the ends are texts, in one byte: another reference would take eight.
   */
  private final byte kinds;

  private final long idHigh;
  private final long idLow;
  private final long source;
  private final long target;

  /** The source and the target if they are texts, the id if it is one, then the columns. */
  private final @Nullable String[] texts;

  /** The piece of the file it was read from. */
  private final @Nullable Piece piece;

  @SuppressWarnings("EnumOrdinal") // only in memory: EdgeCoder writes its own byte
  Edge(
      IdKind idKind,
      boolean named,
      long idHigh,
      long idLow,
      long source,
      long target,
      @Nullable String[] texts,
      @Nullable Piece piece) {
    this.kinds = (byte) (idKind.ordinal() << 1 | (named ? 1 : 0));
    this.piece = piece;
    this.idHigh = idHigh;
    this.idLow = idLow;
    this.source = source;
    this.target = target;
    this.texts = texts.length == 0 ? NO_TEXTS : texts;
  }

  /**
   * Returns an edge.
   *
   * @param id a {@link UUID}, {@link Long} or {@link String}
   * @param source a {@link Long} or {@link String}
   * @param target of the same class
   * @param columns further values, as text; null if there is no value
   * @throws IllegalArgumentException if {@code id} or the ends are of other classes
   */
  public static Edge of(Object id, Object source, Object target, List<@Nullable String> columns) {
    checkArgument(
        source.getClass() == target.getClass()
            && (source instanceof Long || source instanceof String),
        "source and target must be two longs or two strings, got %s and %s",
        source,
        target);
    checkArgument(
        id instanceof UUID || id instanceof Long || id instanceof String,
        "id must be a UUID, a long or a string, got %s",
        id);
    boolean named = source instanceof String;
    int leading = (named ? 2 : 0) + (id instanceof String ? 1 : 0);
    @Nullable String[] texts = new String[leading + columns.size()];
    if (named) {
      texts[0] = (String) source;
      texts[1] = (String) target;
    }
    long high = 0;
    long low = 0;
    IdKind kind;
    if (id instanceof UUID place) {
      kind = IdKind.PLACE;
      high = place.getMostSignificantBits();
      low = place.getLeastSignificantBits();
    } else if (id instanceof Long number) {
      kind = IdKind.NUMBER;
      low = number;
    } else {
      kind = IdKind.TEXT;
      texts[leading - 1] = (String) id;
    }
    for (int i = 0; i < columns.size(); i++) {
      texts[leading + i] = columns.get(i);
    }
    return new Edge(
        kind, named, high, low, named ? 0 : (Long) source, named ? 0 : (Long) target, texts, null);
  }

  /** Returns the coder: the ids as varints or UTF-8, then the columns. */
  public static Coder<Edge> coder() {
    return EdgeCoder.OF;
  }

  IdKind idKind() {
    return ID_KINDS[kinds >> 1];
  }

  /** Returns whether the ends are texts. */
  boolean isNamed() {
    return (kinds & 1) != 0;
  }

  /** Returns the piece of the file that it was read from, if its id is a place in a file. */
  public @Nullable Piece piece() {
    return piece;
  }

  /** Returns the edge's id: a {@link UUID}, {@link Long} or {@link String}. */
  public Object id() {
    return switch (idKind()) {
      case PLACE -> new UUID(idHigh, idLow);
      case NUMBER -> idLow;
      case TEXT -> text(isNamed() ? 2 : 0);
    };
  }

  /** Returns the source: a {@link Long} or {@link String}. */
  public Object source() {
    return isNamed() ? text(0) : (Object) source;
  }

  /** Returns the target: a {@link Long} or {@link String}. */
  public Object target() {
    return isNamed() ? text(1) : (Object) target;
  }

  /** Returns the source if it is a number, otherwise 0. */
  public long sourceNumber() {
    return source;
  }

  /** Returns the target if it is a number, otherwise 0. */
  public long targetNumber() {
    return target;
  }

  /** Returns the further values; null if there is no value. */
  public List<@Nullable String> columns() {
    return Collections.unmodifiableList(Arrays.asList(texts).subList(leading(), texts.length));
  }

  long idHigh() {
    return idHigh;
  }

  long idLow() {
    return idLow;
  }

  /** Returns all texts, in the order of the field; must not be written to. */
  @Nullable String[] texts() {
    return texts;
  }

  private int leading() {
    return (isNamed() ? 2 : 0) + (idKind() == IdKind.TEXT ? 1 : 0);
  }

  private String text(int index) {
    return Objects.requireNonNull(texts[index]);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Edge edge
        && kinds == edge.kinds
        && idHigh == edge.idHigh
        && idLow == edge.idLow
        && source == edge.source
        && target == edge.target
        && Arrays.equals(texts, edge.texts)
        && Objects.equals(piece, edge.piece);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kinds, idHigh, idLow, source, target, Arrays.hashCode(texts));
  }

  @Override
  public String toString() {
    return "Edge[%s: %s -> %s, %s]".formatted(id(), source(), target(), columns());
  }
}

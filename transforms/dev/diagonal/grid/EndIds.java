package dev.diagonal.grid;

import dev.diagonal.grid.Grid.LongOf;
import dev.diagonal.grid.Grid.SlotOf;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * The ids at the two ends of a record, and their hashes.
 *
 * @param row the hash of the source
 * @param column the hash of the target
 * @param source the id of the source
 * @param target the id of the target
 */
record EndIds<T>(
    SlotOf<T> row,
    SlotOf<T> column,
    SerializableFunction<T, ? extends @Nullable Object> source,
    SerializableFunction<T, ? extends @Nullable Object> target)
    implements Serializable {

  static <T> EndIds<T> of(
      SerializableFunction<T, ? extends @Nullable Object> source,
      SerializableFunction<T, ? extends @Nullable Object> target) {
    return new EndIds<>(
        record -> IdHash.of(source.apply(record)),
        record -> IdHash.of(target.apply(record)),
        source,
        target);
  }

  static <T> EndIds<T> ofLongs(LongOf<T> source, LongOf<T> target) {
    return new EndIds<>(
        record -> IdHash.of(source.longOf(record)),
        record -> IdHash.of(target.longOf(record)),
        source::longOf,
        target::longOf);
  }

  /** Returns both ids, the source first; nothing if one is null. */
  List<Object> idsOf(T record) {
    Object first = source.apply(record);
    Object second = target.apply(record);
    return first == null || second == null ? List.of() : List.of(first, second);
  }
}

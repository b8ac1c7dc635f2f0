package dev.diagonal.shard;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;

/** Accumulators by key; keys are equal if their encodings are. Not thread-safe. */
final class AccumulatorTable<K, InputT, AccumT> {

  private final CombineFn<InputT, AccumT, ?> combine;
  private final Coder<K> keyCoder;
  private final Map<Object, Held<K, AccumT>> entries = new LinkedHashMap<>();

  AccumulatorTable(CombineFn<InputT, AccumT, ?> combine, Coder<K> keyCoder) {
    this.combine = combine;
    this.keyCoder = keyCoder;
  }

  int size() {
    return entries.size();
  }

  void add(K key, InputT input) {
    Held<K, AccumT> held = held(key);
    held.accumulator = combine.addInput(held.accumulator, input);
  }

  /** Merges an accumulator, which may be changed and kept. */
  void merge(K key, AccumT accumulator) {
    Held<K, AccumT> held = held(key);
    held.accumulator = combine.mergeAccumulators(Arrays.asList(held.accumulator, accumulator));
  }

  void forEach(Consumer<KV<K, AccumT>> output) {
    entries.values().forEach(held -> output.accept(KV.of(held.key, held.accumulator)));
  }

  /** Emits the entries, each with its encoded key. */
  void forEachEncoded(BiConsumer<byte[], KV<K, AccumT>> output) {
    forEach(entry -> output.accept(encoded(entry.getKey()), entry));
  }

  private Held<K, AccumT> held(K key) {
    return entries.computeIfAbsent(
        keyCoder.structuralValue(key), k -> new Held<>(key, combine.createAccumulator()));
  }

  private byte[] encoded(K key) {
    try {
      return CoderUtils.encodeToByteArray(keyCoder, key);
    } catch (CoderException e) {
      throw new IllegalArgumentException("cannot encode the key " + key, e);
    }
  }

  private static final class Held<K, AccumT> {
    private final K key;
    private AccumT accumulator;

    Held(K key, AccumT accumulator) {
      this.key = key;
      this.accumulator = accumulator;
    }
  }
}

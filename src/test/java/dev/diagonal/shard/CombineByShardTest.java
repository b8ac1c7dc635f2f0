package dev.diagonal.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.block.Block;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.testing.Runner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.Top;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TypeDescriptor;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

class CombineByShardTest {

  /** The outputs of the steps of a run, by step name. Both runs are in this JVM. */
  private static final Map<String, Queue<String>> RESULTS = new ConcurrentHashMap<>();

  /** How both combine: the windows, the number of shards, the bound of held keys. */
  private record Setting(Window<KV<Long, Long>> window, int shards, int maxHeldKeys) {}

  @Property(seed = "1", tries = 8, edgeCases = EdgeCasesMode.NONE)
  void matchesCombinePerKeyForAnyCombineFn(
      @ForAll("records") List<TimestampedValue<KV<Long, Long>>> records,
      @ForAll("settings") Setting setting) {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<KV<Long, Long>> input = windowed(pipeline, records, setting);
    combineBothWays("sum", input, Sum.ofLongs(), setting);
    combineBothWays("mean", input, Mean.of(), setting);
    combineBothWays("top", input, Top.largestFn(3), setting);
    combineBothWays("count", input, Count.combineFn(), setting);
    combineBothWays("into the last", input, new SortedIntoTheLastFn(), setting);
    combineBothWays("from nothing", input, new ProductFromNothingFn(), setting);
    assertSameResults(pipeline, records.isEmpty());
  }

  @Property(seed = "2", tries = 8, edgeCases = EdgeCasesMode.NONE)
  void matchesCombinePerKeyForAnyKey(
      @ForAll("records") List<TimestampedValue<KV<Long, Long>>> records,
      @ForAll("settings") Setting setting) {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<KV<Long, Long>> input = windowed(pipeline, records, setting);
    combineBothWays("longs", input, Sum.ofLongs(), setting);
    combineBothWays(
        "texts",
        withKeys(input, TypeDescriptors.strings(), key -> "key " + key, StringUtf8Coder.of()),
        Sum.ofLongs(),
        setting);
    combineBothWays(
        "bytes",
        withKeys(
            input, TypeDescriptor.of(byte[].class), CombineByShardTest::bytes, ByteArrayCoder.of()),
        Sum.ofLongs(),
        setting);
    assertSameResults(pipeline, records.isEmpty());
  }

  @Property(seed = "3", tries = 3, edgeCases = EdgeCasesMode.NONE)
  void sessionsAreMergedAsByCombinePerKey(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 30) Integer> times) {
    List<TimestampedValue<KV<Long, Long>>> records =
        times.stream()
            .map(t -> TimestampedValue.of(KV.of(t % 3L, 1L), new Instant((long) t)))
            .toList();
    Window<KV<Long, Long>> sessions = Window.into(Sessions.withGapDuration(Duration.millis(3)));
    Setting setting = new Setting(sessions, 2, 1);
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    combineBothWays("sum", windowed(pipeline, records, setting), Sum.ofLongs(), setting);
    assertSameResults(pipeline, false);
  }

  @Example
  void matchesCombinePerKeyOnFlink() {
    List<TimestampedValue<KV<Long, Long>>> records = new ArrayList<>();
    for (long i = 0; i < 500; i++) {
      records.add(TimestampedValue.of(KV.of(i * i % 37, i), new Instant(i % 30)));
    }
    Setting setting = new Setting(Window.into(FixedWindows.of(Duration.millis(10))), 5, 7);
    TestPipeline pipeline = Runner.FLINK.pipeline();
    PCollection<KV<Long, Long>> input = windowed(pipeline, records, setting);
    combineBothWays("sum", input, Sum.ofLongs(), setting);
    combineBothWays("into the last", input, new SortedIntoTheLastFn(), setting);
    assertSameResults(pipeline, false);
  }

  @Example
  void lateDataFireTheSamePanes() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<KV<String, Long>> input =
        pipeline.apply(lateStream()).apply(window().discardingFiredPanes());
    runBothWays(pipeline, input);
    assertThat(results("theirs"))
        .containsExactlyInAnyOrder(
            "a=3 [0..10) 9 ON_TIME",
            "b=4 [0..10) 9 ON_TIME",
            "a=8 [0..10) 9 LATE",
            "c=16 [0..10) 9 LATE",
            "a=32 [10..20) 19 ON_TIME",
            "b=64 [0..10) 9 LATE");
    assertThat(results("ours")).containsExactlyInAnyOrderElementsOf(results("theirs"));
  }

  @Example
  void accumulatingTriggersEndLikeCombinePerKey() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<KV<String, Long>> input =
        pipeline.apply(lateStream()).apply(window().accumulatingFiredPanes());
    runBothWays(pipeline, input);
    Map<String, Long> expected =
        Map.of("a [0..10)", 11L, "b [0..10)", 68L, "c [0..10)", 16L, "a [10..20)", 32L);
    assertThat(greatest(results("theirs"))).isEqualTo(expected);
    assertThat(greatest(results("ours"))).isEqualTo(expected);
  }

  @Example
  void keysBeyondTheBoundLeaveTheBundleEarly() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<KV<Long, Long>> oneBundle =
        pipeline
            .apply(Create.of(10L))
            .apply(
                FlatMapElements.into(
                        TypeDescriptors.kvs(TypeDescriptors.longs(), TypeDescriptors.longs()))
                    .via(n -> LongStream.range(0, n).mapToObj(i -> KV.of(i % 2, i)).toList()));
    PAssert.that(sizesOfBlocks(oneBundle, 2)).containsInAnyOrder(2);
    PAssert.that(sizesOfBlocks(oneBundle, 1)).containsInAnyOrder(2, 2, 2, 2, 2);
    pipeline.run().waitUntilFinish();
  }

  @Example
  void refusesKeysWhoseCoderIsNotDeterministic() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    PCollection<KV<Double, Long>> input =
        pipeline.apply(
            Create.of(KV.of(1.0, 1L)).withCoder(KvCoder.of(DoubleCoder.of(), VarLongCoder.of())));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> input.apply(CombineByShard.perKey(Sum.ofLongs())))
        .withMessage("the coder of the keys must be deterministic, got DoubleCoder");
  }

  @Example
  void refusesBoundsThatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CombineByShard.perKey(Sum.ofLongs()).withMaxHeldKeys(0))
        .withMessage("maxHeldKeys must be > 0, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CombineByShard.perKey(Sum.ofLongs()).withShards(5_000))
        .withMessage("the number of shards must be 1 to 4096, got 5000");
  }

  @Provide
  Arbitrary<List<TimestampedValue<KV<Long, Long>>>> records() {
    return Combinators.combine(
            Arbitraries.longs().between(-6, 6),
            Arbitraries.longs().between(-9, 9),
            Arbitraries.integers().between(0, 40))
        .as((key, value, time) -> TimestampedValue.of(KV.of(key, value), new Instant((long) time)))
        .list()
        .ofMaxSize(60);
  }

  @Provide
  Arbitrary<Setting> settings() {
    Arbitrary<Window<KV<Long, Long>>> windows =
        Arbitraries.of(
            Window.into(new GlobalWindows()),
            Window.into(FixedWindows.of(Duration.millis(10))),
            Window.into(SlidingWindows.of(Duration.millis(10)).every(Duration.millis(5))));
    return Combinators.combine(windows, Arbitraries.of(1, 2, 64), Arbitraries.of(1, 3, 1_000))
        .as(Setting::new);
  }

  private static PCollection<KV<Long, Long>> windowed(
      TestPipeline pipeline, List<TimestampedValue<KV<Long, Long>>> records, Setting setting) {
    return pipeline
        .apply(
            Create.timestamped(records).withCoder(KvCoder.of(VarLongCoder.of(), VarLongCoder.of())))
        .apply(setting.window());
  }

  private static <K> PCollection<KV<K, Long>> withKeys(
      PCollection<KV<Long, Long>> input,
      TypeDescriptor<K> type,
      SerializableFunction<Long, K> toKey,
      Coder<K> coder) {
    return input
        .apply(
            "to keys of " + type,
            MapElements.into(TypeDescriptors.kvs(type, TypeDescriptors.longs()))
                .via(pair -> KV.of(toKey.apply(pair.getKey()), pair.getValue())))
        .setCoder(KvCoder.of(coder, VarLongCoder.of()));
  }

  /** A new array each time: equal keys are not the same object. */
  private static byte[] bytes(Long key) {
    return ("" + key).getBytes(StandardCharsets.UTF_8);
  }

  private static <K, AccumT, OutputT> void combineBothWays(
      String name,
      PCollection<KV<K, Long>> input,
      CombineFn<Long, AccumT, OutputT> combine,
      Setting setting) {
    PTransform<PCollection<KV<K, Long>>, PCollection<KV<K, OutputT>>> ours =
        CombineByShard.<K, Long, AccumT, OutputT>perKey(combine)
            .withShards(setting.shards())
            .withMaxHeldKeys(setting.maxHeldKeys());
    collect(name + ", ours", input.apply(name + ", ours", ours), false);
    collect(name + ", theirs", input.apply(name + ", theirs", Combine.perKey(combine)), false);
  }

  private static PCollection<Integer> sizesOfBlocks(
      PCollection<KV<Long, Long>> input, int maxHeldKeys) {
    return input
        .apply(
            "hold " + maxHeldKeys,
            ParDo.of(
                new CombineInBundleFn<>(
                    new ProductFromNothingFn(), VarLongCoder.of(), new Shards(1), maxHeldKeys)))
        .setCoder(
            KvCoder.of(
                VarIntCoder.of(), Block.coder(KvCoder.of(VarLongCoder.of(), VarLongCoder.of()))))
        .apply(
            "sizes of " + maxHeldKeys,
            MapElements.into(TypeDescriptors.integers()).via(block -> block.getValue().size()));
  }

  private static void runBothWays(TestPipeline pipeline, PCollection<KV<String, Long>> input) {
    PTransform<PCollection<KV<String, Long>>, PCollection<KV<String, Long>>> ours =
        CombineByShard.<String, Long, long[], Long>perKey(Sum.ofLongs()).withShards(1);
    collect("ours", input.apply("ours", ours), true);
    collect("theirs", input.apply("theirs", Combine.perKey(Sum.ofLongs())), true);
    RESULTS.clear();
    pipeline.run().waitUntilFinish();
  }

  private static <K, V> void collect(String name, PCollection<KV<K, V>> results, boolean panes) {
    results.apply("collect " + name, ParDo.of(new CollectFn<>(name, panes)));
  }

  private static void assertSameResults(TestPipeline pipeline, boolean nothing) {
    RESULTS.clear();
    pipeline.run().waitUntilFinish();
    assertThat(RESULTS.isEmpty()).isEqualTo(nothing);
    RESULTS.forEach(
        (name, results) ->
            assertThat(results)
                .as(name)
                .containsExactlyInAnyOrderElementsOf(results(name.replace(", ours", ", theirs"))));
    assertThat(RESULTS.keySet())
        .filteredOn(name -> name.endsWith("ours"))
        .hasSize(RESULTS.size() / 2);
  }

  private static Collection<String> results(String name) {
    return RESULTS.getOrDefault(name, new ConcurrentLinkedQueue<>());
  }

  private static Window<KV<String, Long>> window() {
    return Window.<KV<String, Long>>into(FixedWindows.of(Duration.millis(10)))
        .triggering(
            AfterWatermark.pastEndOfWindow().withLateFirings(AfterPane.elementCountAtLeast(1)))
        .withAllowedLateness(Duration.millis(50));
  }

  /** Two panes of late data, and some that are too late. */
  private static TestStream<KV<String, Long>> lateStream() {
    return TestStream.create(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
        .advanceWatermarkTo(new Instant(0))
        .addElements(at(1, "a", 1), at(2, "a", 2), at(3, "b", 4))
        .advanceWatermarkTo(new Instant(15))
        .addElements(at(4, "a", 8), at(9, "c", 16), at(16, "a", 32))
        .advanceWatermarkTo(new Instant(30))
        .addElements(at(5, "b", 64))
        .advanceWatermarkTo(new Instant(100))
        .addElements(at(5, "b", 128))
        .advanceWatermarkToInfinity();
  }

  private static TimestampedValue<KV<String, Long>> at(long time, String key, long value) {
    return TimestampedValue.of(KV.of(key, value), new Instant(time));
  }

  /** The greatest value of each key and window. */
  private static Map<String, Long> greatest(Collection<String> results) {
    Map<String, Long> greatest = new TreeMap<>();
    for (String result : results) {
      String[] parts = result.split("[= ]");
      greatest.merge(parts[0] + " " + parts[2], Long.valueOf(parts[1]), Math::max);
    }
    return greatest;
  }

  private static final class CollectFn<K, V> extends DoFn<KV<K, V>, Void> {

    private final String name;
    private final boolean panes;

    CollectFn(String name, boolean panes) {
      this.name = name;
      this.panes = panes;
    }

    @ProcessElement
    public void collect(
        @Element KV<K, V> element,
        BoundedWindow window,
        @Timestamp Instant timestamp,
        PaneInfo pane) {
      Object key = element.getKey();
      String shown = key instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(key);
      String times =
          window
              .toString()
              .replaceAll("1970-01-01T00:00:00\\.0*([0-9]+)Z", "$1")
              .replaceAll("^.*GlobalWindow.*$", "always");
      RESULTS
          .computeIfAbsent(name, n -> new ConcurrentLinkedQueue<>())
          .add(
              "%s=%s %s %s%s"
                  .formatted(
                      shown,
                      element.getValue(),
                      times,
                      timestamp.getMillis(),
                      panes ? " " + pane.getTiming() : ""));
    }
  }

  /** Lists that are changed in place and merged into the last of them, as Beam allows. */
  private static final class SortedIntoTheLastFn extends CombineFn<Long, List<Long>, List<Long>> {
    @Override
    public List<Long> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<Long> addInput(List<Long> accumulator, Long input) {
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<List<Long>> all = new ArrayList<>();
      accumulators.forEach(all::add);
      List<Long> last = all.get(all.size() - 1);
      all.subList(0, all.size() - 1).forEach(last::addAll);
      return last;
    }

    @Override
    public List<Long> extractOutput(List<Long> accumulator) {
      return accumulator.stream().sorted().toList();
    }
  }

  /** Products, whose accumulator is null as long as there is nothing to multiply. */
  private static final class ProductFromNothingFn extends CombineFn<Long, Long, Long> {
    @Override
    public @Nullable Long createAccumulator() {
      return null;
    }

    @Override
    public Long addInput(@Nullable Long accumulator, Long input) {
      return accumulator == null ? input : Long.valueOf(accumulator * input);
    }

    @Override
    public @Nullable Long mergeAccumulators(Iterable<Long> accumulators) {
      @Nullable Long product = null;
      for (Long accumulator : accumulators) {
        product = accumulator == null ? product : addInput(product, accumulator);
      }
      return product;
    }

    @Override
    public Long extractOutput(Long accumulator) {
      return accumulator;
    }
  }
}

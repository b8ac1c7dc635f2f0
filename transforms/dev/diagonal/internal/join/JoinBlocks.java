package dev.diagonal.internal.join;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.internal.fault.DeadLetterOutput;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/**
 * Joins two collections of blocks shard by shard with a {@link ShardJoin}: a partitioned hash join.
 * It is applied to the larger side, the probe side:
 *
 * <pre>{@code
 * orders.apply("Join", JoinBlocks.with(customers, HashJoin.left(Customer::id, Order::customer,
 *     OrderLine::new), Block.coder(OrderLine.coder())));
 * }</pre>
 *
 * <p>Input: blocks by the number of their shard, a function of the join's key with few values
 * ({@link dev.diagonal.internal.block.Shards}); {@link dev.diagonal.shard.PackBlocks} makes them of
 * records. One {@code GroupByKey} groups all of them, with one key per shard. Output: in the
 * windows of the shards; blocks in no order.
 *
 * <p>Memory: the build side of a shard, as the join holds it. A runner delivers the blocks of a
 * shard once, in any order. Probe blocks that arrive before the end of the build side wait,
 * encoded, in memory up to {@link #withMaxWaitingBytes}, and then in a temporary file. A shard
 * whose probe side does not fit into memory is therefore joined too. (The DirectRunner holds
 * grouped elements in memory; Flink sorts them on disk.)
 *
 * <p>Parallelism: one shard at a time for each instance of the step that the runner keeps.
 */
public final class JoinBlocks<B, P, O>
    extends PTransform<PCollection<KV<Integer, P>>, PCollection<O>> {

  /** The default of {@link #withMaxWaitingBytes}. */
  public static final long DEFAULT_MAX_WAITING_BYTES = 32L << 20;

  private final transient PCollection<KV<Integer, B>> build;
  private final ShardJoin.Factory<B, P, O> joins;
  private final Coder<O> coder;
  private final long maxWaitingBytes;
  private final transient @Nullable ErrorHandler<BadRecord, ?> errorHandler;

  private JoinBlocks(
      PCollection<KV<Integer, B>> build,
      ShardJoin.Factory<B, P, O> joins,
      Coder<O> coder,
      long maxWaitingBytes,
      @Nullable ErrorHandler<BadRecord, ?> errorHandler) {
    this.build = build;
    this.joins = joins;
    this.coder = coder;
    this.maxWaitingBytes = maxWaitingBytes;
    this.errorHandler = errorHandler;
  }

  /**
   * Joins with the blocks of a build side, the smaller one.
   *
   * @param build its blocks, by the same shards
   * @param joins creates the join of a shard
   * @param coder of its output
   */
  public static <B, P, O> JoinBlocks<B, P, O> with(
      PCollection<KV<Integer, B>> build, ShardJoin.Factory<B, P, O> joins, Coder<O> coder) {
    return new JoinBlocks<>(build, joins, coder, DEFAULT_MAX_WAITING_BYTES, null);
  }

  /**
   * Sets how many bytes of probe blocks a shard keeps in memory while they wait; 32 MiB by default.
   *
   * @throws IllegalArgumentException if {@code bytes} is negative
   */
  public JoinBlocks<B, P, O> withMaxWaitingBytes(long bytes) {
    checkArgument(bytes >= 0, "maxWaitingBytes must be >= 0, got %s", bytes);
    return new JoinBlocks<>(build, joins, coder, bytes, errorHandler);
  }

  /** Sends records that the join rejects to a handler; null, the default, fails the run. */
  public JoinBlocks<B, P, O> withBadRecordErrorHandler(
      @Nullable ErrorHandler<BadRecord, ?> handler) {
    return new JoinBlocks<>(build, joins, coder, maxWaitingBytes, handler);
  }

  @Override
  public PCollection<O> expand(PCollection<KV<Integer, P>> probe) {
    Coder<P> probeCoder = blockCoder(probe);
    Coder<KV<Integer, JoinSide<B, P>>> sideCoder =
        KvCoder.of(VarIntCoder.of(), new JoinSide.SideCoder<>(blockCoder(build), probeCoder));
    PCollection<KV<Integer, JoinSide<B, P>>> buildSide =
        build.apply("Build side", ParDo.of(new BuildSideFn<B, P>())).setCoder(sideCoder);
    PCollection<KV<Integer, JoinSide<B, P>>> probeSide =
        probe.apply("Probe side", ParDo.of(new ProbeSideFn<B, P>())).setCoder(sideCoder);
    TupleTag<O> joined = new TupleTag<>() {};
    PCollectionTuple outputs =
        PCollectionList.of(buildSide)
            .and(probeSide)
            .apply("Both sides", Flatten.pCollections())
            .apply("Bring shards together", GroupByKey.create())
            .apply(
                "Join shards",
                ParDo.of(
                        new JoinShardFn<>(joins, probeCoder, maxWaitingBytes, errorHandler != null))
                    .withOutputTags(joined, DeadLetterOutput.tags(errorHandler)));
    DeadLetterOutput.route(outputs, errorHandler);
    return outputs.get(joined).setCoder(coder);
  }

  private static <T> Coder<T> blockCoder(PCollection<KV<Integer, T>> blocks) {
    checkArgument(
        blocks.getCoder() instanceof KvCoder,
        "blocks by shard must have a KvCoder, got %s",
        blocks.getCoder());
    return ((KvCoder<Integer, T>) blocks.getCoder()).getValueCoder();
  }

  private static final class BuildSideFn<B, P>
      extends DoFn<KV<Integer, B>, KV<Integer, JoinSide<B, P>>> {
    @ProcessElement
    public void process(
        @Element KV<Integer, B> block, OutputReceiver<KV<Integer, JoinSide<B, P>>> output) {
      output.output(KV.of(block.getKey(), JoinSide.ofBuild(block.getValue())));
    }
  }

  private static final class ProbeSideFn<B, P>
      extends DoFn<KV<Integer, P>, KV<Integer, JoinSide<B, P>>> {
    @ProcessElement
    public void process(
        @Element KV<Integer, P> block, OutputReceiver<KV<Integer, JoinSide<B, P>>> output) {
      output.output(KV.of(block.getKey(), JoinSide.ofProbe(block.getValue())));
    }
  }
}

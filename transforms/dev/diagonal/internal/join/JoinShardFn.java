package dev.diagonal.internal.join;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.internal.metrics.Counted;
import java.io.IOException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.values.KV;

/** Joins the shards of its bundles, each in one pass over its blocks. */
final class JoinShardFn<B, P, O> extends DoFn<KV<Integer, Iterable<JoinSide<B, P>>>, O> {

  private final ShardJoin.Factory<B, P, O> joins;
  private final Coder<P> probeCoder;
  private final long maxWaitingBytes;
  private final boolean routeBadRecords;
  private transient ShardJoin<B, P, O> join;

  JoinShardFn(
      ShardJoin.Factory<B, P, O> joins,
      Coder<P> probeCoder,
      long maxWaitingBytes,
      boolean routeBadRecords) {
    this.joins = joins;
    this.probeCoder = probeCoder;
    this.maxWaitingBytes = maxWaitingBytes;
    this.routeBadRecords = routeBadRecords;
  }

  @Setup
  public void setup() {
    join = joins.create();
  }

  @ProcessElement
  public void process(ProcessContext context) throws IOException {
    KV<Integer, Iterable<JoinSide<B, P>>> shard = context.element();
    try (WaitingBlocks<P> early = new WaitingBlocks<>(probeCoder, maxWaitingBytes)) {
      join(join, shard.getKey(), shard.getValue(), early, new ElementOutput(context));
    }
  }

  /** Joins one shard, whose blocks come in any order and are read once. */
  static <B, P, O> void join(
      ShardJoin<B, P, O> join,
      int shard,
      Iterable<JoinSide<B, P>> blocks,
      WaitingBlocks<P> early,
      LineConsumer.Output<O> output)
      throws IOException {
    join.open(shard);
    for (JoinSide<B, P> side : blocks) {
      if (side.build() != null) {
        join.build(side.build(), output);
      } else if (side.probe() != null) {
        // Only after the last block is the build side known to be complete.
        early.add(side.probe());
      }
    }
    early.drain(block -> join.probe(block, output));
    join.finish(output);
  }

  @Teardown
  public void teardown() {
    join.close();
  }

  private final class ElementOutput implements LineConsumer.Output<O> {

    private final ProcessContext context;

    ElementOutput(ProcessContext context) {
      this.context = context;
    }

    @Override
    public void emit(O element) {
      context.output(element);
    }

    @Override
    public void reject(DeadLetter line) {
      Counted.BAD_RECORDS.add(1);
      if (!routeBadRecords) {
        throw new BadInputException(line.describe());
      }
      context.output(BadRecordRouter.BAD_RECORD_TAG, line.toBadRecord());
    }
  }
}

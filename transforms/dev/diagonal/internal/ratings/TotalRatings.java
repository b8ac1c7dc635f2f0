package dev.diagonal.internal.ratings;

import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.ratings.data.RatingFormat;
import org.apache.beam.sdk.values.KV;

/**
 * Totals the ratings of a bundle and emits, for each shard, the encoded totals of its movies. Emits
 * early when it holds more than {@link #MAX_MOVIES} movies (up to 32 MiB, by id).
 */
final class TotalRatings implements LineConsumer<KV<Integer, byte[]>> {

  static final int MAX_MOVIES = 1 << 18;

  /** Parsing and totalling alternate: each loop is small, and cache misses of one overlap. */
  private static final int BATCH_RATINGS = 512;

  private final RatingParser parser;
  private final Shards shards;
  private final RatingBatch batch = new RatingBatch(BATCH_RATINGS);
  private final RatingTotals totals = new RatingTotals();

  TotalRatings(RatingFormat format, Shards shards) {
    this.parser = new RatingParser(format);
    this.shards = shards;
  }

  @Override
  public void open(TextFile file) {
    parser.open(file);
  }

  @Override
  public boolean reads(int column) {
    return parser.reads(column);
  }

  @Override
  public long accept(TextBlock block, Output<KV<Integer, byte[]>> output) {
    long rows = 0;
    for (int next = block.start(); next < block.end(); ) {
      next = parser.parse(block, next, batch, output::reject);
      totals.addAll(batch);
      rows += batch.size();
      batch.clear();
    }
    if (totals.movies() > MAX_MOVIES) {
      finish(output);
    }
    return rows;
  }

  @Override
  public void finish(Output<KV<Integer, byte[]>> output) {
    totals.encodeByShard(shards, (encoded, shard) -> output.emit(KV.of(shard, encoded)));
    totals.clear();
  }
}

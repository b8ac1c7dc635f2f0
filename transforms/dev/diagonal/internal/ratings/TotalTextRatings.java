package dev.diagonal.internal.ratings;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.TextBlock;
import dev.diagonal.files.TextFile;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.ratings.data.RatingFormat;
import org.apache.beam.sdk.values.KV;

/**
 * Totals the ratings of movies whose ids are texts, as {@link TotalRatings} does for numbers. Emits
 * early when it holds many movies or long ids.
 */
final class TotalTextRatings implements LineConsumer<KV<Integer, byte[]>> {

  private static final int MAX_MOVIES = 1 << 17;
  private static final long MAX_CHARACTERS = 1 << 23;

  private final RatingFormat format;
  private final Shards shards;
  private final TextTotals totals = new TextTotals();
  private RatingLayout.Columns columns = new RatingLayout.Columns(0, 0, -1, -1, 0);
  private RatingLine line;
  private String file = "";

  TotalTextRatings(RatingFormat format, Shards shards) {
    this.format = format;
    this.shards = shards;
    this.line = new RatingLine(format, columns);
  }

  @Override
  public void open(TextFile textFile) {
    RatingFormat layout = RatingLayout.in(format, textFile);
    columns = RatingLayout.columnsOf(layout, textFile);
    line = new RatingLine(layout, columns);
    file = textFile.name();
  }

  @Override
  public boolean reads(int column) {
    return columns.reads(column);
  }

  @Override
  public long accept(TextBlock block, Output<KV<Integer, byte[]>> output) {
    byte[] bytes = block.bytes();
    long rows = 0;
    for (int start = block.start(), next; start < block.end(); start = next) {
      int lineEnd = start;
      while (bytes[lineEnd] != '\n') {
        lineEnd++;
      }
      next = lineEnd + 1;
      int end = lineEnd > start && bytes[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
      if (end == start) {
        continue;
      }
      String fault = line.read(bytes, start, end, columns.fields() == 0);
      if (fault == null) {
        totals.add(line.movieText(), line.rating());
        rows++;
      } else {
        String text = new String(bytes, start, end - start, UTF_8);
        output.reject(new DeadLetter(file, block.offsetOf(start), fault, text));
      }
    }
    if (totals.movies() > MAX_MOVIES || totals.characters() > MAX_CHARACTERS) {
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

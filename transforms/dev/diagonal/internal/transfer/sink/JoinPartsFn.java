package dev.diagonal.internal.transfer.sink;

import dev.diagonal.internal.files.output.RunFiles;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.write.FileSink;
import dev.diagonal.metrics.Written;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/**
 * Joins the parts of a file and publishes them. Attempts may run one after another or concurrently:
 * while the parts exist, each attempt builds the same file from them. The parts are deleted only
 * after the file has been recorded as complete.
 */
public final class JoinPartsFn extends DoFn<KV<Integer, Iterable<RangeWritten>>, Written> {

  private final FileSink sink;
  private final RowType type;

  public JoinPartsFn(FileSink sink, RowType type) {
    this.sink = sink;
    this.type = type;
  }

  @ProcessElement
  public void join(@Element KV<Integer, Iterable<RangeWritten>> all, OutputReceiver<Written> output)
      throws IOException {
    output.output(join(all.getValue()));
  }

  /** Joins the parts of these ranges. */
  public Written join(Iterable<RangeWritten> all) throws IOException {
    List<RangeWritten> ranges = new ArrayList<>();
    for (RangeWritten range : all) {
      if (range.range() >= 0) {
        ranges.add(range);
      }
    }
    ranges.sort(Comparator.comparingInt(RangeWritten::range));
    try {
      publish(ranges.stream().map(RangeWritten::part).toList());
    } catch (IOException e) {
      throw RunFiles.cannotWrite(sink.path(), e);
    }
    long rows = ranges.stream().mapToLong(RangeWritten::rows).sum();
    return new Written(sink.path(), rows, 1, 0);
  }

  private void publish(List<String> parts) throws IOException {
    RunFiles files = RunFiles.at(sink.path(), sink.run());
    if (!files.isDone()) {
      if (files.isStream()) {
        try (OutputStream out = files.openStream()) {
          sink.join(parts, type, out);
        }
      } else {
        files.publish(parts.size() == 1 ? files.join(parts) : joined(files, parts));
      }
      files.markDone();
    }
    files.delete(parts);
  }

  private String joined(RunFiles files, List<String> parts) throws IOException {
    RunFiles.Part whole = files.create("whole");
    try (OutputStream out = whole.out()) {
      sink.join(parts, type, out);
    }
    return whole.name();
  }
}

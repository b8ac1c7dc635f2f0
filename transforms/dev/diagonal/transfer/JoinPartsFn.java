package dev.diagonal.transfer;

import dev.diagonal.write.Written;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/** Joins the parts of a text file; the only part of one is just renamed. */
final class JoinPartsFn extends DoFn<KV<Integer, Iterable<RangeWritten>>, Written> {

  private static final int CHUNK_BYTES = 1 << 16;

  private final TextFileSink sink;
  private final RowType type;

  JoinPartsFn(TextFileSink sink, RowType type) {
    this.sink = sink;
    this.type = type;
  }

  @ProcessElement
  public void join(@Element KV<Integer, Iterable<RangeWritten>> all, OutputReceiver<Written> output)
      throws IOException {
    List<RangeWritten> ranges = new ArrayList<>();
    for (RangeWritten range : all.getValue()) {
      if (range.range() >= 0) {
        ranges.add(range);
      }
    }
    ranges.sort(Comparator.comparingInt(RangeWritten::range));
    List<ResourceId> parts =
        ranges.stream().map(range -> sink.hidden("part-" + range.range())).toList();
    ResourceId target = FileSystems.matchNewResource(sink.path(), false);
    if (parts.size() == 1) {
      FileSystems.rename(List.of(parts.get(0)), List.of(target));
    } else {
      ResourceId whole = sink.hidden("whole");
      write(whole, parts);
      FileSystems.rename(List.of(whole), List.of(target));
      FileSystems.delete(parts, StandardMoveOptions.IGNORE_MISSING_FILES);
    }
    long rows = ranges.stream().mapToLong(RangeWritten::rows).sum();
    output.output(new Written(sink.path(), rows, 1, 0));
  }

  private void write(ResourceId whole, List<ResourceId> parts) throws IOException {
    if (parts.isEmpty()) {
      try (OutputStream out = sink.create(whole)) {
        sink.start(type).writeTo(out);
      }
      return;
    }
    try (WritableByteChannel out = FileSystems.create(whole, "text/plain")) {
      for (ResourceId part : parts) {
        try (ReadableByteChannel in = FileSystems.open(part)) {
          copy(in, out);
        }
      }
    }
  }

  private static void copy(ReadableByteChannel in, WritableByteChannel out) throws IOException {
    if (in instanceof FileChannel file) {
      for (long at = 0; at < file.size(); ) {
        at += file.transferTo(at, file.size() - at, out);
      }
      return;
    }
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    while (in.read(chunk) >= 0) {
      chunk.flip();
      while (chunk.hasRemaining()) {
        int unused = out.write(chunk);
      }
      chunk.clear();
    }
  }
}

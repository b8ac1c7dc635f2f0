package dev.diagonal.textfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.block.Block;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.files.output.RunFiles;
import dev.diagonal.internal.files.output.WholeFile;
import dev.diagonal.internal.metrics.WriteMetrics;
import dev.diagonal.internal.textfile.DeadLetterFile;
import dev.diagonal.metrics.Written;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.SerializableComparator;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/** Sorts the records of the one group and writes them as a {@link WholeFile}. */
final class WriteTextFileFn<T> extends DoFn<KV<Integer, Iterable<Block<T>>>, Written> {

  private final String path;
  private final SerializableFunction<T, String> format;
  private final SerializableComparator<T> order;
  private final @Nullable String header;
  private final long maxRecords;
  private final SerializableFunction<List<T>, String> summary;
  private final OutputRun run;
  private final WriteMetrics metrics = WriteMetrics.create();

  WriteTextFileFn(
      String path,
      SerializableFunction<T, String> format,
      SerializableComparator<T> order,
      @Nullable String header,
      long maxRecords,
      SerializableFunction<List<T>, String> summary,
      OutputRun run) {
    this.path = path;
    this.format = format;
    this.order = order;
    this.header = header;
    this.maxRecords = maxRecords;
    this.summary = summary;
    this.run = run;
  }

  @ProcessElement
  public void process(@Element KV<Integer, Iterable<Block<T>>> all, OutputReceiver<Written> output)
      throws IOException {
    long started = System.nanoTime();
    List<T> records = new ArrayList<>();
    for (Block<T> block : all.getValue()) {
      records.addAll(block.records());
    }
    records.sort(order);
    WholeFile.of(RunFiles.at(path, run)).write(out -> write(records, out));
    if (records.size() > maxRecords) {
      throw DeadLetterFile.tooMany(records.size(), path, maxRecords, summary.apply(records));
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    Written written = new Written(path, records.size(), 1, millis);
    metrics.counted(written);
    output.output(written);
  }

  private void write(List<T> records, OutputStream to) throws IOException {
    Writer out = new BufferedWriter(new OutputStreamWriter(to, UTF_8), 1 << 16);
    if (header != null) {
      out.append(header).append('\n');
    }
    for (T record : records) {
      out.append(format.apply(record)).append('\n');
    }
    out.flush();
  }
}

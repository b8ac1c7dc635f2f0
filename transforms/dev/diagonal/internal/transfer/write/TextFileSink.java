package dev.diagonal.internal.transfer.write;

import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.files.output.OutputCompression;
import dev.diagonal.internal.files.output.RunFiles;
import dev.diagonal.internal.rows.CsvFormatter;
import dev.diagonal.internal.rows.JsonFormatter;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.source.SourceRange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one text file with one line per row, compressed if its name ends in {@code .gz}, {@code
 * .bz2} or {@code .zst}. Every attempt at a range writes its own hidden part file beside it. {@link
 * dev.diagonal.internal.transfer.sink.JoinPartsFn} joins those of the successful attempts, in the
 * order of the ranges, and the file appears atomically and replaces an earlier one.
 */
public final class TextFileSink implements FileSink {

  private final String path;
  private final @Nullable CsvFormatter csv;
  private final boolean header;
  private final OutputRun run;
  private final boolean keepsParts;

  private TextFileSink(
      String path, @Nullable CsvFormatter csv, boolean header, OutputRun run, boolean keepsParts) {
    OutputCompression.check(path);
    this.path = path;
    this.csv = csv;
    this.header = header;
    this.run = run;
    this.keepsParts = keepsParts;
  }

  /**
   * Returns a sink of CSV that {@link dev.diagonal.internal.transfer.source.CsvFiles} reads back:
   * see {@link CsvFormatter}.
   *
   * @param run the run that the part files belong to
   * @throws IllegalArgumentException if the name implies a compression that cannot be written
   */
  public static TextFileSink csv(
      String path, String delimiter, char quote, String lineEnd, boolean header, OutputRun run) {
    return new TextFileSink(path, new CsvFormatter(delimiter, quote, lineEnd), header, run, false);
  }

  /**
   * Returns a sink of one JSON object per line: see {@link JsonFormatter}.
   *
   * @param run the run that the part files belong to
   * @throws IllegalArgumentException if the name implies a compression that cannot be written
   */
  public static TextFileSink jsonLines(String path, OutputRun run) {
    return new TextFileSink(path, null, false, run, false);
  }

  /** Returns this sink, keeping finished parts: see {@link #keepsParts}. */
  public TextFileSink keepingParts() {
    return new TextFileSink(path, csv, header, run, true);
  }

  @Override
  public boolean keepsParts() {
    return keepsParts;
  }

  @Override
  public String describe() {
    return (csv == null ? "JSON lines " : "CSV ") + path;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public OutputRun run() {
    return run;
  }

  RunFiles files() {
    return RunFiles.at(path, run);
  }

  @Override
  public void join(List<String> parts, RowType type, OutputStream out) throws IOException {
    if (parts.isEmpty()) {
      try (OutputStream compressed = compress(out)) {
        start(type).writeTo(compressed);
      }
      return;
    }
    files().copy(parts, out);
  }

  OutputStream compress(OutputStream out) throws IOException {
    return OutputCompression.of(path, out);
  }

  /** Returns the start of the file. */
  ByteBuilder start(RowType type) {
    ByteBuilder start = new ByteBuilder(128);
    if (csv != null && header) {
      csv.putHeader(type, start);
    }
    return start;
  }

  @Override
  public RowBlockWriter open(SourceRange range, RowType type) throws IOException {
    RunFiles.Part part = files().create("part-" + range.index());
    return new TextWriter(
        path,
        part.name(),
        compress(part.out()),
        csv,
        new JsonFormatter(type),
        range.index() == 0 ? start(type) : null);
  }

  /** Writes the lines of one range. */
  private static final class TextWriter implements RowBlockWriter {

    private static final int CHUNK_BYTES = 1 << 16;

    private final String path;
    private final String part;
    private final OutputStream out;
    private final @Nullable CsvFormatter csv;
    private final JsonFormatter json;
    private final ByteBuilder chunk = new ByteBuilder(CHUNK_BYTES + (CHUNK_BYTES >> 2));
    private long rows;

    TextWriter(
        String path,
        String part,
        OutputStream out,
        @Nullable CsvFormatter csv,
        JsonFormatter json,
        @Nullable ByteBuilder start) {
      this.path = path;
      this.part = part;
      this.out = out;
      this.csv = csv;
      this.json = json;
      if (start != null) {
        chunk.put(start.array(), 0, start.size());
      }
    }

    @Override
    public void write(RowBlock block, Rejects rejects) throws IOException, InterruptedException {
      int bad = 0;
      for (int row = 0; row < block.rows(); row++) {
        String problem = csv == null ? null : csv.problem(block, row);
        if (problem != null) {
          Reject.to(rejects, block, row, problem);
          bad++;
          continue;
        }
        if (csv != null) {
          csv.putLine(block, row, chunk);
        } else {
          json.put(block, row, chunk);
          chunk.put('\n');
        }
        if (chunk.size() >= CHUNK_BYTES) {
          flush();
        }
      }
      rows += block.rows() - bad;
    }

    @Override
    public long finish(Rejects rejects) throws IOException {
      flush();
      try {
        out.close();
      } catch (IOException e) {
        throw RunFiles.cannotWrite(path, e);
      }
      return rows;
    }

    @Override
    public String part() {
      return part;
    }

    private void flush() throws IOException {
      try {
        chunk.writeTo(out);
      } catch (IOException e) {
        throw RunFiles.cannotWrite(path, e);
      }
      chunk.clear();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}

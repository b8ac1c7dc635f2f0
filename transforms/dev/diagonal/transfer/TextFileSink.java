package dev.diagonal.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.zip.GZIPOutputStream;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResolveOptions.StandardResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.jspecify.annotations.Nullable;

/**
 * One text file with a line a row, compressed if its name ends in {@code .gz}. Every range is
 * written to a hidden file of its own beside it; when all are there, {@link JoinPartsFn} joins them
 * in the order of the ranges, and the file appears as a whole or not at all, in place of an earlier
 * one.
 */
public final class TextFileSink implements TransferSink {

  private final String path;
  private final @Nullable CsvForm csv;
  private final boolean header;
  private final String run;

  private TextFileSink(String path, @Nullable CsvForm csv, boolean header, String run) {
    this.path = path;
    this.csv = csv;
    this.header = header;
    this.run = run;
  }

  /**
   * Writes CSV that {@link CsvFiles} reads back: see {@link CsvForm}.
   *
   * @param run tells the hidden files of this run from those of others
   */
  public static TextFileSink csv(
      String path, char delimiter, char quote, String lineEnd, boolean header, String run) {
    return new TextFileSink(path, new CsvForm(delimiter, quote, lineEnd), header, run);
  }

  /** Writes an object a line: see {@link JsonForm}. */
  public static TextFileSink jsonLines(String path, String run) {
    return new TextFileSink(path, null, false, run);
  }

  @Override
  public String describe() {
    return (csv == null ? "JSON lines " : "CSV ") + path;
  }

  String path() {
    return path;
  }

  /** What the names of all hidden files of a target start with, whichever the run. */
  static String hiddenPrefix(String path) {
    return "." + FileSystems.matchNewResource(path, false).getFilename() + ".diagonal-";
  }

  /** The hidden file of a range, or of the joined file if it has none. */
  ResourceId hidden(String name) {
    ResourceId file = FileSystems.matchNewResource(path, false);
    return file.getCurrentDirectory()
        .resolve(hiddenPrefix(path) + run + "-" + name, StandardResolveOptions.RESOLVE_FILE);
  }

  /** Opens a stream to a hidden file. */
  OutputStream create(ResourceId file) throws IOException {
    OutputStream plain = Channels.newOutputStream(FileSystems.create(file, "text/plain"));
    return path.endsWith(".gz") ? new GZIPOutputStream(plain, 1 << 13) : plain;
  }

  /** Returns what the file starts with. */
  Bytes start(RowType type) {
    Bytes start = new Bytes(128);
    if (csv != null && header) {
      csv.putHeader(type, start);
    }
    return start;
  }

  @Override
  public RowBlockWriter open(SourceRange range, RowType type) throws IOException {
    ResourceId part = hidden("part-" + range.index());
    OutputStream out = create(part);
    return new TextWriter(out, csv, new JsonForm(type), range.index() == 0 ? start(type) : null);
  }

  /** Writes the lines of one range. */
  private static final class TextWriter implements RowBlockWriter {

    private static final int CHUNK_BYTES = 1 << 16;

    private final OutputStream out;
    private final @Nullable CsvForm csv;
    private final JsonForm json;
    private final Bytes chunk = new Bytes(CHUNK_BYTES + (CHUNK_BYTES >> 2));
    private long rows;

    TextWriter(OutputStream out, @Nullable CsvForm csv, JsonForm json, @Nullable Bytes start) {
      this.out = out;
      this.csv = csv;
      this.json = json;
      if (start != null) {
        chunk.put(start.array(), 0, start.size());
      }
    }

    @Override
    public void write(RowBlock block, Rejects rejects) throws IOException {
      for (int row = 0; row < block.rows(); row++) {
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
      rows += block.rows();
    }

    @Override
    public long finish(Rejects rejects) throws IOException {
      flush();
      out.close();
      return rows;
    }

    private void flush() throws IOException {
      chunk.writeTo(out);
      chunk.clear();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}

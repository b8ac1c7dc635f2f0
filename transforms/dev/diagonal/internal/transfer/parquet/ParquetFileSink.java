package dev.diagonal.internal.transfer.parquet;

import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.files.output.RunFiles;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.parquet.RowWriteSupport.RowAt;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.internal.transfer.write.FileSink;
import dev.diagonal.internal.transfer.write.RowBlockWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;

/**
 * One Parquet file, compressed with snappy, with the types of the rows. A range becomes one row
 * group or several of up to {@value #ROW_GROUP_BYTES} bytes, which are joined as they are.
 */
public final class ParquetFileSink implements FileSink {

  /** What a writer holds of a row group in memory, before it is compressed. */
  static final int ROW_GROUP_BYTES = 32 << 20;

  private final String path;
  private final OutputRun run;
  private final boolean keepsParts;

  private ParquetFileSink(String path, OutputRun run, boolean keepsParts) {
    this.path = path;
    this.run = run;
    this.keepsParts = keepsParts;
  }

  /**
   * Writes to a file.
   *
   * @param run the run that the part files belong to
   */
  public static ParquetFileSink at(String path, OutputRun run) {
    return new ParquetFileSink(path, run, false);
  }

  /** Returns this sink, keeping finished parts: see {@link #keepsParts}. */
  public ParquetFileSink keepingParts() {
    return new ParquetFileSink(path, run, true);
  }

  @Override
  public boolean keepsParts() {
    return keepsParts;
  }

  @Override
  public String describe() {
    return "Parquet " + path;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public OutputRun run() {
    return run;
  }

  private RunFiles files() {
    return RunFiles.at(path, run);
  }

  @Override
  public RowBlockWriter open(SourceRange range, RowType type) throws IOException {
    RunFiles.Part part = files().create("part-" + range.index());
    boolean opened = false;
    try {
      RowWriter writer = new RowWriter(path, part, type);
      opened = true;
      return writer;
    } finally {
      if (!opened) {
        part.out().close();
      }
    }
  }

  @Override
  public void join(List<String> parts, RowType type, OutputStream out) throws IOException {
    ParquetFileWriter writer =
        new ParquetFileWriter(
            new StoredOutput(out),
            ParquetSchema.of(type),
            ParquetFileWriter.Mode.CREATE,
            ROW_GROUP_BYTES,
            0,
            null,
            ParquetProperties.builder().build());
    writer.start();
    RunFiles files = files();
    for (String part : parts) {
      try (OpenParquet rows = OpenParquet.open(part, seekable(files, part))) {
        rows.appendTo(writer);
      }
    }
    writer.end(Map.of());
  }

  private static SeekableByteChannel seekable(RunFiles files, String part) throws IOException {
    if (files.open(part) instanceof SeekableByteChannel seekable) {
      return seekable;
    }
    throw new IOException("this file system cannot read from the middle of a file");
  }

  private static final class Builder extends ParquetWriter.Builder<RowAt, Builder> {

    private final RowWriteSupport support;

    Builder(OutputFile file, RowWriteSupport support) {
      super(file);
      this.support = support;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract all the same
    protected WriteSupport<RowAt> getWriteSupport(Configuration configuration) {
      return support;
    }

    @Override
    protected WriteSupport<RowAt> getWriteSupport(ParquetConfiguration configuration) {
      return support;
    }
  }

  private static final class RowWriter implements RowBlockWriter {

    private final String path;
    private final RunFiles.Part part;
    private final RowWriteSupport support;
    private final ParquetWriter<RowAt> writer;
    private boolean finished;
    private long rows;

    RowWriter(String path, RunFiles.Part part, RowType type) throws IOException {
      this.path = path;
      this.part = part;
      this.support = new RowWriteSupport(type);
      this.writer =
          new Builder(new StoredOutput(part.out()), support)
              .withConf(new PlainParquetConfiguration())
              .withCodecFactory(new ParquetCodecs())
              .withCompressionCodec(CompressionCodecName.SNAPPY)
              .withRowGroupSize((long) ROW_GROUP_BYTES)
              .build();
    }

    @Override
    public void write(RowBlock block, Rejects rejects) throws IOException, InterruptedException {
      for (int row = 0; row < block.rows(); row++) {
        RowAt at;
        try {
          at = support.rowAt(block, row);
        } catch (BadValueException e) {
          Reject.to(rejects, block, row, String.valueOf(e.getMessage()));
          continue;
        }
        try {
          writer.write(at);
        } catch (IOException e) {
          throw RunFiles.cannotWrite(path, e);
        }
        rows++;
      }
    }

    @Override
    public long finish(Rejects rejects) throws IOException {
      try {
        writer.close();
      } catch (IOException e) {
        throw RunFiles.cannotWrite(path, e);
      }
      finished = true;
      return rows;
    }

    @Override
    public String part() {
      return part.name();
    }

    @Override
    public void close() throws IOException {
      if (!finished) {
        part.out().close();
      }
    }
  }
}

package dev.diagonal.internal.transfer.parquet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.stored.RangeChecksum;
import dev.diagonal.internal.files.stored.RangeChecksum.Span;
import dev.diagonal.internal.files.stored.StoredFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;

/**
 * A Parquet file with its footer. Every fault is a {@link BadInputException} that names the file.
 * Not thread-safe.
 */
public final class OpenParquet implements Closeable {

  private static final String MAGIC = "PAR1";
  private static final String ENCRYPTED = "PARE";

  /** The length of the shortest file: both magics and the length of the footer. */
  private static final int SHORTEST = 12;

  private final String name;
  private final StoredInput stored;
  private final ParquetFileReader reader;

  private OpenParquet(String name, StoredInput stored, ParquetFileReader reader) {
    this.name = name;
    this.stored = stored;
    this.reader = reader;
  }

  /**
   * A row group.
   *
   * @param index its position in the file, from 0
   * @param firstRow the number of its first row in the file, from 0
   */
  public record RowGroup(int index, long firstRow) {}

  /** Opens a file and reads its footer. */
  public static OpenParquet open(InputFile file) {
    if (file.isPipe()) {
      throw new BadInputException(
          file.name()
              + " is a pipe, and a Parquet file is read from its end: save it to a file first");
    }
    try {
      return open(file.name(), StoredFile.open(file));
    } catch (IOException e) {
      throw new BadInputException(
          "cannot read %s: %s".formatted(file.name(), Reason.atRootOf(e)), e);
    }
  }

  /** Reads the footer of a file, which is closed with the result. */
  public static OpenParquet open(String name, SeekableByteChannel channel) throws IOException {
    boolean opened = false;
    try {
      checkMagic(name, channel);
      ParquetReadOptions options =
          ParquetReadOptions.builder(new PlainParquetConfiguration())
              .withCodecFactory(new ParquetCodecs())
              .usePageChecksumVerification()
              .build();
      StoredInput stored = new StoredInput(channel);
      ParquetFileReader reader = ParquetFileReader.open(stored, options);
      opened = true;
      return new OpenParquet(name, stored, reader);
    } catch (BadInputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new BadInputException(
          "cannot read the footer of %s: %s".formatted(name, Reason.atRootOf(e)), e);
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  private static void checkMagic(String name, SeekableByteChannel file) throws IOException {
    if (file.size() < SHORTEST || !text(file, 0).startsWith("PAR")) {
      throw new BadInputException(name + " is not a Parquet file: it does not start with PAR1");
    }
    String end = text(file, file.size() - MAGIC.length());
    if (end.equals(ENCRYPTED)) {
      throw new BadInputException(name + " is encrypted, which Diagonal does not read");
    }
    if (!end.equals(MAGIC)) {
      throw new BadInputException(
          "%s has no footer: it starts like a Parquet file but does not end like one. Its writer did not finish it, or it was truncated: write or copy it again"
              .formatted(name));
    }
  }

  private static String text(SeekableByteChannel file, long position) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(MAGIC.length());
    SeekableByteChannel unused = file.position(position);
    while (bytes.hasRemaining() && file.read(bytes) >= 0) {}
    return new String(bytes.array(), ISO_8859_1);
  }

  /**
   * Returns a checksum of the bytes that a reader of a range depends on: the columns of the row
   * groups that start in it, and the footer.
   */
  public static long checksum(InputFile file, long start, long end) throws IOException {
    try (OpenParquet opened = open(file)) {
      List<Span> spans = new ArrayList<>();
      for (RowGroup group : opened.groupsIn(start, end)) {
        for (ColumnChunkMetaData column :
            opened.reader.getRowGroups().get(group.index()).getColumns()) {
          long first = column.getStartingPos();
          spans.add(new Span(first, first + column.getTotalSize()));
        }
      }
      spans.add(opened.footer());
      return RangeChecksum.of(file, spans);
    }
  }

  /** Returns the footer, its length and the magic, with which the file ends. */
  private Span footer() throws IOException {
    long end = stored.getLength();
    SeekableInputStream bytes = stored.newStream();
    long length = end - MAGIC.length() - Integer.BYTES;
    bytes.seek(length);
    return new Span(length - BytesUtils.readIntLittleEndian(bytes), end);
  }

  public String name() {
    return name;
  }

  public MessageType schema() {
    return reader.getFileMetaData().getSchema();
  }

  /** Returns how many row groups the file has. */
  int groups() {
    return reader.getRowGroups().size();
  }

  /** Returns the row groups that have rows and whose first byte is in a range of the file. */
  public List<RowGroup> groupsIn(long start, long end) {
    List<RowGroup> found = new ArrayList<>();
    long row = 0;
    for (int i = 0; i < groups(); i++) {
      BlockMetaData group = reader.getRowGroups().get(i);
      boolean starts = group.getStartingPos() >= start && group.getStartingPos() < end;
      if (starts && group.getRowCount() > 0) {
        found.add(new RowGroup(i, row));
      }
      row += group.getRowCount();
    }
    return found;
  }

  long rowsOf(RowGroup group) {
    return reader.getRowGroups().get(group.index()).getRowCount();
  }

  /** Reads the columns of a projection; the column readers start at the first value. */
  ColumnReadStoreImpl read(RowGroup group, MessageType projection) {
    try {
      reader.setRequestedSchema(projection);
      return new ColumnReadStoreImpl(
          reader.readRowGroup(group.index()),
          new NoConverter(),
          projection,
          reader.getFileMetaData().getCreatedBy());
    } catch (BadInputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw failure(group, e);
    }
  }

  /** Copies the row groups unchanged. */
  public void appendTo(ParquetFileWriter writer) throws IOException {
    reader.appendTo(writer);
  }

  BadInputException failure(RowGroup group, Exception e) {
    return new BadInputException(
        "cannot read row group %s of %s of %s: %s"
            .formatted(group.index() + 1, groups(), name, Reason.atRootOf(e)),
        e);
  }

  long bytesRead() {
    return stored.bytesRead();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  /** Values are fetched, not converted. */
  private static final class NoConverter extends GroupConverter {

    @Override
    public Converter getConverter(int field) {
      return new PrimitiveConverter() {};
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
  }
}

package dev.diagonal.internal.transfer.parquet;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.FileRange;
import dev.diagonal.files.RecordFormat;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.CsvFormatter;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.parquet.OpenParquet.RowGroup;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Reads Parquet files, recognized by their extension, for commands that read lines. */
public final class ParquetRecords implements RecordFormat {

  private static final String NAME_END = ".parquet";
  private static final int BLOCK_ROWS = 1_000;

  @Override
  public boolean matches(InputFile file) {
    return file.name().toLowerCase(Locale.ROOT).endsWith(NAME_END);
  }

  @Override
  public Records open(FileRange range) {
    ParquetJars.require();
    OpenParquet file = OpenParquet.open(range.input());
    return new OpenRecords(file, file.groupsIn(range.start(), range.end()));
  }

  private static final class OpenRecords implements Records {

    private final OpenParquet file;
    private final List<RowGroup> groups;
    private final MessageType schema;
    private final ByteBuilder line = new ByteBuilder(256);

    /** The position of each column of the file among the selected ones; -1 for the others. */
    private final int[] positions;

    private @Nullable ParquetRows rows;
    private @Nullable RowBlock block;
    private int row;

    OpenRecords(OpenParquet file, List<RowGroup> groups) {
      this.file = file;
      this.groups = groups;
      this.schema = file.schema();
      this.positions = new int[schema.getFieldCount()];
    }

    @Override
    public String header() {
      RowType names =
          new RowType(
              schema.getFields().stream()
                  .map(field -> new Field(field.getName(), FieldType.TEXT))
                  .toList());
      ByteBuilder header = new ByteBuilder(256);
      CsvFormatter.RFC_4180.putHeader(names, header);
      header.truncate(header.size() - 1);
      return header.toString();
    }

    @Override
    public void select(IntPredicate wanted) {
      List<ParquetColumn> columns = new ArrayList<>();
      for (int i = 0; i < positions.length; i++) {
        positions[i] = -1;
        if (wanted.test(i)) {
          Type type = schema.getType(i);
          ParquetColumn column = ParquetColumn.of(type);
          if (column == null) {
            throw new BadInputException(
                "%s: the column %s, which cannot be read"
                    .formatted(file.name(), ParquetColumn.problem(type)));
          }
          positions[i] = columns.size();
          columns.add(column);
        }
      }
      rows = new ParquetRows(file, groups, columns, BLOCK_ROWS);
    }

    @Override
    public byte @Nullable [] next(Consumer<DeadLetter> rejects) {
      while (true) {
        RowBlock from = block;
        if (from == null || row + 1 >= from.rows()) {
          from = nextBlock(rejects);
          if (from == null) {
            return null;
          }
          block = from;
          row = -1;
        }
        row++;
        putLine(from);
        if (isOneLine()) {
          line.put('\n');
          return java.util.Arrays.copyOf(line.array(), line.size());
        }
        rejects.accept(Reject.of(from, row, "a text has a line break, which this command refuses"));
      }
    }

    private @Nullable RowBlock nextBlock(Consumer<DeadLetter> rejects) {
      if (rows == null) {
        throw new IllegalStateException("no columns are selected");
      }
      try {
        return rows.next(rejects::accept);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while reading " + file.name(), e);
      }
    }

    private void putLine(RowBlock from) {
      line.clear();
      for (int i = 0; i < positions.length; i++) {
        if (i > 0) {
          line.put(',');
        }
        if (positions[i] >= 0 && !from.isNull(row, positions[i])) {
          CsvFormatter.RFC_4180.putValue(from, row, positions[i], line);
        }
      }
    }

    private boolean isOneLine() {
      for (int i = 0; i < line.size(); i++) {
        if (line.array()[i] == '\n' || line.array()[i] == '\r') {
          return false;
        }
      }
      return true;
    }

    @Override
    public long number() {
      return block == null ? 0 : block.offset(row);
    }

    @Override
    public long bytesRead() {
      return file.bytesRead();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}

package dev.diagonal.internal.transfer.parquet;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.CsvFormatter;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.parquet.OpenParquet.RowGroup;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Reads the selected columns of some row groups of a file. */
public final class ParquetRows implements RowBlockReader {

  private final OpenParquet file;
  private final List<ParquetColumn> columns;
  private final MessageType projection;
  private final RowType type;
  private final RowOrigin origin;
  private final int blockRows;
  private final Iterator<RowGroup> groups;
  private final ColumnReader[] readers;
  private final int[] present;

  private @Nullable RowGroup group;
  private long nextRow;
  private long rowsLeft;

  /**
   * @param columns at least one, of those of the file
   */
  public ParquetRows(
      OpenParquet file, List<RowGroup> groups, List<ParquetColumn> columns, int blockRows) {
    this.file = file;
    this.columns = List.copyOf(columns);
    this.blockRows = blockRows;
    this.groups = groups.iterator();
    MessageType schema = file.schema();
    this.projection =
        new MessageType(
            schema.getName(),
            columns.stream().map(column -> schema.getType(column.field().name())).toList());
    this.type = new RowType(columns.stream().map(ParquetColumn::field).toList());
    this.origin = RowOrigin.ofRows(file.name());
    this.readers = new ColumnReader[columns.size()];
    this.present = new int[columns.size()];
  }

  @Override
  public @Nullable RowBlock next(Rejects rejects) throws InterruptedException {
    RowBlock block = new RowBlock(type, blockRows, origin);
    while (!block.isFull() && hasRow()) {
      try {
        readRow(block, rejects);
      } catch (RuntimeException e) {
        throw group == null ? e : file.failure(group, e);
      }
    }
    return block.rows() == 0 ? null : block;
  }

  private boolean hasRow() {
    while (rowsLeft == 0 && groups.hasNext()) {
      RowGroup next = groups.next();
      ColumnReadStoreImpl store = file.read(next, projection);
      group = next;
      try {
        for (int i = 0; i < readers.length; i++) {
          var descriptor = projection.getColumns().get(i);
          readers[i] = store.getColumnReader(descriptor);
          present[i] = descriptor.getMaxDefinitionLevel();
        }
      } catch (RuntimeException e) {
        throw file.failure(next, e);
      }
      nextRow = next.firstRow();
      rowsLeft = file.rowsOf(next);
    }
    return rowsLeft > 0;
  }

  private void readRow(RowBlock block, Rejects rejects) throws InterruptedException {
    String problem = null;
    for (int i = 0; i < readers.length; i++) {
      ColumnReader reader = readers[i];
      block.setNull(i);
      if (reader.getCurrentDefinitionLevel() == present[i]) {
        try {
          columns.get(i).value().set(reader, columns.get(i).scale(), block, i);
        } catch (BadValueException | ArithmeticException e) {
          problem = "column '%s': %s".formatted(columns.get(i).field().name(), e.getMessage());
        }
      }
      reader.consume();
    }
    long row = nextRow++;
    rowsLeft--;
    if (problem == null) {
      block.endRow(row, row + 1);
    } else {
      rejects.reject(bad(block, row, problem));
    }
  }

  private DeadLetter bad(RowBlock block, long row, String problem) {
    ByteBuilder record = new ByteBuilder(128);
    CsvFormatter.RFC_4180.put(block, block.rows(), record);
    return Reject.at(origin, row, row + 1, problem, record.toString());
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

package dev.diagonal.internal.transfer.source;

import dev.diagonal.internal.csv.CsvReader;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.JsonObject;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the objects of a range of a JSON lines file, with their values as texts. */
final class JsonBlocks implements RowBlockReader {

  private final SourceRange range;
  private final OpenText opened;
  private final CsvReader lines;
  private final JsonColumns columns;
  private final int blockRows;
  private final Map<String, Integer> positions = new HashMap<>();
  private final RowOrigin origin;

  JsonBlocks(
      SourceRange range, OpenText opened, CsvReader lines, JsonColumns columns, int blockRows) {
    this.range = range;
    this.opened = opened;
    this.lines = lines;
    this.columns = columns;
    this.blockRows = blockRows;
    columns.type().names().forEach(name -> positions.put(name, positions.size()));
    origin = new RowOrigin(range.place(), () -> opened.linesBefore());
  }

  @Override
  public @Nullable RowBlock next(Rejects rejects) throws IOException, InterruptedException {
    RowBlock block = new RowBlock(columns.type(), blockRows, origin);
    while (!block.isFull() && lines.next()) {
      long offset = opened.offset() + lines.offset();
      if (!range.includes(offset, lines.line())) {
        break;
      }
      String problem = lines.problem() == null ? read(block) : lines.problem();
      if (problem == null) {
        block.endRow(offset, lines.line());
      } else {
        rejects.reject(Reject.at(origin, offset, lines.line(), problem, lines.record()));
      }
    }
    return block.rows() == 0 ? null : block;
  }

  private @Nullable String read(RowBlock block) throws IOException {
    int size = columns.type().size();
    for (int i = 0; i < size; i++) {
      block.setNull(i);
    }
    @Nullable String[] values = new String[size];
    String problem =
        JsonObject.read(
            lines.fields(),
            (key, token, text) -> {
              Integer column = positions.get(key);
              if (column != null) {
                columns.check(column, token, text);
                values[column] = columns.isNull(token) ? null : text;
              } else if (!columns.ignoresUnknown()) {
                throw new BadValueException(
                    "the first lines do not have the key '"
                        + BadValueException.shown(key)
                        + "', so there is no column for it");
              }
            },
            columns::isAsWritten);
    for (int i = 0; i < size && problem == null; i++) {
      String value = values[i];
      if (value != null) {
        block.setText(i, value);
      }
    }
    return problem;
  }

  @Override
  public long bytesRead() {
    return opened.storedBytesRead();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}

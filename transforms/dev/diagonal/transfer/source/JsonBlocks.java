package dev.diagonal.transfer.source;

import com.fasterxml.jackson.core.JsonToken;
import dev.diagonal.csv.CsvReader;
import dev.diagonal.rows.JsonObject;
import dev.diagonal.rows.Reject;
import dev.diagonal.rows.Rejects;
import dev.diagonal.rows.RowBlock;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The objects of a range of a JSON lines file, their values as texts. */
final class JsonBlocks implements RowBlockReader {

  private final SourceRange range;
  private final OpenText opened;
  private final CsvReader lines;
  private final RowType type;
  private final int blockRows;
  private final boolean passOver;
  private final Map<String, Integer> columns = new HashMap<>();
  private final RowOrigin origin;

  JsonBlocks(
      SourceRange range,
      OpenText opened,
      CsvReader lines,
      RowType type,
      int blockRows,
      boolean passOver) {
    this.range = range;
    this.opened = opened;
    this.lines = lines;
    this.type = type;
    this.blockRows = blockRows;
    this.passOver = passOver;
    type.names().forEach(name -> columns.put(name, columns.size()));
    origin = new RowOrigin(range.place(), () -> opened.linesBefore());
  }

  @Override
  public @Nullable RowBlock next(Rejects rejects) throws IOException, InterruptedException {
    RowBlock block = new RowBlock(type, blockRows, origin);
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
    for (int i = 0; i < type.size(); i++) {
      block.setNull(i);
    }
    @Nullable String[] values = new String[type.size()];
    @Nullable String[] unknown = new String[1];
    String problem =
        JsonObject.read(
            lines.fields(),
            (key, token, text) -> {
              Integer column = columns.get(key);
              if (column == null) {
                unknown[0] = key;
              } else if (token != JsonToken.VALUE_NULL) {
                values[column] = text;
              }
            });
    if (problem == null && unknown[0] != null && !passOver) {
      problem = "the key '" + unknown[0] + "' is none of those of the first lines";
    }
    for (int i = 0; i < type.size() && problem == null; i++) {
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

package dev.diagonal.internal.rows;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.bytes.ByteBuilder;

/** Creates dead letters for rows. */
public final class Reject {

  private Reject() {}

  /** Returns a dead letter for the record at a byte and a line of a range, or with a row number. */
  public static DeadLetter at(
      RowOrigin origin, long offset, long line, String reason, String record) {
    if (origin.countsRows()) {
      return DeadLetter.ofRow(
          "%s, row %s: %s".formatted(origin.place(), offset + 1, reason), record);
    }
    long inFile = origin.lineInFile(line);
    String where = inFile < 0 ? "" : "line " + inFile + ", ";
    return new DeadLetter(origin.place(), offset, where + reason, record);
  }

  /**
   * Returns a dead letter for a row of a block: its file and byte if it has them, the line and the
   * reason, and its values as a line of CSV.
   */
  public static DeadLetter of(RowBlock block, int row, String reason) {
    ByteBuilder record = new ByteBuilder(128);
    CsvFormatter.RFC_4180.put(block, row, record);
    if (block.offset(row) == RowBlock.NO_LINE) {
      return DeadLetter.ofRow(block.origin().place() + ": " + reason, record.toString());
    }
    return at(block.origin(), block.offset(row), block.line(row), reason, record.toString());
  }

  /** Rejects a row of a block. */
  public static void to(Rejects rejects, RowBlock block, int row, String reason)
      throws InterruptedException {
    if (rejects instanceof RowRejects rows) {
      rows.reject(block, row, reason);
    } else {
      rejects.reject(of(block, row, reason));
    }
  }
}

package dev.diagonal.transfer;

import dev.diagonal.fault.BadLine;

/** Makes a bad record of a row. */
final class Reject {

  private Reject() {}

  /** Returns what stands at a byte and a line of a range as a bad record. */
  static BadLine at(RowOrigin origin, long offset, long line, String reason, String record) {
    long inFile = origin.lineInFile(line);
    String where = inFile < 0 ? "" : "line " + inFile + ", ";
    return new BadLine(origin.place(), offset, where + reason, record);
  }

  /**
   * Returns a row of a block as a bad record: its file and byte if it has them, the line and the
   * reason, and its values as a line of CSV.
   */
  static BadLine of(RowBlock block, int row, String reason) {
    Bytes record = new Bytes(128);
    CsvForm.RFC_4180.put(block, row, record);
    if (block.offset(row) == RowBlock.NO_LINE) {
      return BadLine.ofRow(block.origin().place() + ": " + reason, record.toString());
    }
    return at(block.origin(), block.offset(row), block.line(row), reason, record.toString());
  }
}

package dev.diagonal.files;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.files.stored.Piece;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Returns the records of a range, each as a block of one line. */
final class RecordBlocks {

  private final RecordFormat.Records records;
  private final long file;
  private final boolean inPieces;

  /** Lines of a piece that are read but not yet returned. */
  private final Deque<TextBlock.InPiece> read = new ArrayDeque<>();

  /** The first line of the next piece. */
  private TextBlock.@Nullable InPiece next;

  /**
   * @param inPieces whether blocks name their {@link Piece}
   */
  RecordBlocks(RecordFormat.Records records, String file, boolean inPieces) {
    this.records = records;
    this.file = inPieces ? Piece.fileOf(file) : 0;
    this.inPieces = inPieces;
  }

  /** Returns the next record, or null at the end. */
  @Nullable TextBlock next(Consumer<DeadLetter> rejects) {
    if (!inPieces) {
      return line(rejects);
    }
    if (read.isEmpty()) {
      readPiece(rejects);
    }
    return read.poll();
  }

  private void readPiece(Consumer<DeadLetter> rejects) {
    TextBlock.InPiece first = next == null ? line(rejects) : next;
    next = null;
    if (first == null) {
      return;
    }
    long number = first.offsetOf(0);
    long end = (number / Piece.MOST_RECORDS + 1) * Piece.MOST_RECORDS;
    CRC32C checksum = new CRC32C();
    int bytes = 0;
    for (TextBlock.InPiece line = first; line != null; line = line(rejects)) {
      if (line.offsetOf(0) >= end) {
        next = line;
        break;
      }
      checksum.update(line.bytes(), 0, line.size());
      bytes += line.size();
      read.add(line);
    }
    Piece piece = Piece.ofRecords(file, number, read.size(), bytes, checksum);
    read.forEach(line -> line.in(piece));
  }

  private TextBlock.@Nullable InPiece line(Consumer<DeadLetter> rejects) {
    byte[] line = records.next(rejects);
    if (line == null) {
      return null;
    }
    TextBlock.InPiece block = new TextBlock.InPiece(line);
    block.set(records.number(), 0, line.length);
    return block;
  }

  /** Reports the number of a record instead of a byte offset. */
  record Numbered<T>(LineConsumer.Output<T> output) implements LineConsumer.Output<T> {

    @Override
    public void emit(T element) {
      output.emit(element);
    }

    @Override
    public void reject(DeadLetter line) {
      String reason = "%s, row %s: %s".formatted(line.file(), line.offset() + 1, line.reason());
      output.reject(DeadLetter.ofRow(reason, line.record()));
    }
  }
}

package dev.diagonal.internal.files.stored;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * Decides where the {@linkplain Piece pieces} of files start: every 256 KiB, and at the end that a
 * grown file had when it was read before.
 *
 * @param ends the earlier ends of files, ascending, by file name
 */
public record PieceCuts(Map<String, List<Long>> ends) implements Serializable {

  /** Small enough to read a piece into memory, large enough to keep few checksums. */
  public static final int PIECE_BYTES = 1 << 18;

  /** The cuts of files that have not grown. */
  public static final PieceCuts REGULAR = new PieceCuts(Map.of());

  /** Consumers of lines that receive each block as a piece. */
  public interface Wanted {

    /** Returns where the pieces start. */
    PieceCuts cuts();
  }

  public PieceCuts {
    ends = Map.copyOf(ends);
  }

  /** Returns the first cut after a byte of a file. */
  public long after(String file, long position) {
    long regular = (position / PIECE_BYTES + 1) * PIECE_BYTES;
    return ends.getOrDefault(file, List.of()).stream()
        .filter(end -> end > position && end < regular)
        .findFirst()
        .orElse(regular);
  }
}

package dev.diagonal.internal.files.stored;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.CRC32C;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.VarInt;
import org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.hash.Hashing;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive lines of a file with a checksum of their bytes. {@link PieceCuts}, not the ranges of
 * a run, decide where pieces start, so every run cuts the same file into the same pieces. A piece
 * that starts at the same byte but has another checksum means that the file has changed.
 *
 * @param file a hash of the file's name, see {@link #fileOf}
 * @param start the byte of its first line; for records, the {@linkplain #ofRecords number} of the
 *     first one and how many there are
 * @param bytes the size of its lines in bytes
 * @param checksum the CRC-32C of these bytes
 */
public record Piece(long file, long start, int bytes, int checksum) {

  /** The number of bits of {@link #start} that hold the number of records. */
  private static final int COUNT_BITS = 11;

  /** The maximum number of records in a piece. */
  public static final int MOST_RECORDS = 1 << (COUNT_BITS - 1);

  /** Lines that are in a piece. */
  public interface Lines {

    /** Returns the piece, or null if pieces were not requested. */
    @Nullable Piece piece();
  }

  /** Returns 64 bits of a hash (Murmur3) of a file's name, as the file system writes it. */
  public static long fileOf(String name) {
    return Hashing.murmur3_128().hashString(name, UTF_8).asLong();
  }

  /** Returns the piece of the lines from index {@code from} to {@code to} of a buffer. */
  public static Piece ofLines(long file, long start, byte[] bytes, int from, int to) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, to - from);
    return new Piece(file, start, to - from, (int) checksum.getValue());
  }

  /**
   * Returns the piece of {@code count} records. Ranges may end after any record, so only pieces
   * with the same number of records can be compared.
   */
  public static Piece ofRecords(long file, long first, int count, int bytes, CRC32C checksum) {
    checkArgument(count <= MOST_RECORDS, "count must be <= %s, got %s", MOST_RECORDS, count);
    return new Piece(file, first << COUNT_BITS | count, bytes, (int) checksum.getValue());
  }

  /** Returns the coder: file and checksum in 12 bytes, the others as varints. */
  public static Coder<Piece> coder() {
    return PieceCoder.OF;
  }

  private static final class PieceCoder extends AtomicCoder<Piece> {

    private static final PieceCoder OF = new PieceCoder();

    @Override
    public void encode(Piece piece, OutputStream out) throws IOException {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(piece.file);
      data.writeInt(piece.checksum);
      VarInt.encode(piece.start, out);
      VarInt.encode(piece.bytes, out);
    }

    @Override
    public Piece decode(InputStream in) throws IOException {
      DataInputStream data = new DataInputStream(in);
      long file = data.readLong();
      int checksum = data.readInt();
      return new Piece(file, VarInt.decodeLong(in), VarInt.decodeInt(in), checksum);
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}

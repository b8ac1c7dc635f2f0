package dev.diagonal.internal.donors;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;

/**
 * Rows of one file, in order, encoded as {@link PackedRowReader} describes; no object per row.
 *
 * @param table the table of the rows
 * @param file the file of the rows
 * @param bytes the rows; must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PackedRows(Table table, String file, byte[] bytes) {

  /** Returns the coder: table, file and bytes, one after another. */
  static Coder<PackedRows> coder() {
    return PackedRowsCoder.OF;
  }

  /** Shows the origin and the size of the rows. */
  @Override
  public String toString() {
    return "PackedRows[" + table + ", " + file + ", " + bytes.length + " bytes]";
  }

  private static final class PackedRowsCoder extends AtomicCoder<PackedRows> {

    private static final PackedRowsCoder OF = new PackedRowsCoder();

    @Override
    public void encode(PackedRows block, OutputStream out) throws IOException {
      out.write(block.table.first());
      StringUtf8Coder.of().encode(block.file, out);
      ByteArrayCoder.of().encode(block.bytes, out);
    }

    @Override
    public PackedRows decode(InputStream in) throws IOException {
      return new PackedRows(
          Table.startingAt(in.read()),
          StringUtf8Coder.of().decode(in),
          ByteArrayCoder.of().decode(in));
    }
  }
}

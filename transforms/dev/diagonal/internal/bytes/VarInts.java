package dev.diagonal.internal.bytes;

/**
 * Encodes numbers in arrays as variable-length integers: seven bits per byte, least significant
 * first.
 */
public final class VarInts {

  static final int MAX_BYTES = 10;

  private VarInts() {}

  /** Appends to a growing array. */
  public static final class Writer {
    private final ByteBuilder bytes;

    public Writer(int expectedBytes) {
      bytes = new ByteBuilder(expectedBytes + MAX_BYTES);
    }

    /** Writes a number; a negative one takes ten bytes. */
    public void write(long value) {
      bytes.putVarInt(value);
    }

    /** Writes a number that is often negative (zigzag). */
    public void writeSigned(long value) {
      write((value << 1) ^ (value >> 63));
    }

    public byte[] toBytes() {
      return bytes.toByteArray();
    }
  }

  /** Reads the output of a {@link Writer}. */
  public static final class Reader {
    private final byte[] bytes;
    private int next;

    public Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    public long read() {
      long value = 0;
      int shift = 0;
      byte b;
      do {
        b = bytes[next++];
        value |= (long) (b & 0x7f) << shift;
        shift += 7;
      } while (b < 0);
      return value;
    }

    public long readSigned() {
      long value = read();
      return (value >>> 1) ^ -(value & 1);
    }
  }
}

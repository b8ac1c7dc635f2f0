package dev.diagonal.internal.bytes;

/**
 * Numbers in as few bytes as they need, seven bits a byte, small ones first: into and from arrays.
 */
public final class VarInts {

  static final int MAX_BYTES = 10;

  private VarInts() {}

  /** Appends to an array that grows. */
  public static final class Writer {
    private final ByteBuilder bytes;

    public Writer(int expectedBytes) {
      bytes = new ByteBuilder(expectedBytes + MAX_BYTES);
    }

    /** Writes a number; a negative one takes ten bytes. */
    public void write(long value) {
      bytes.putVarInt(value);
    }

    /** Writes a number that may well be negative (zigzag). */
    public void writeSigned(long value) {
      write((value << 1) ^ (value >> 63));
    }

    public byte[] toBytes() {
      return bytes.toByteArray();
    }
  }

  /** Reads what a {@link Writer} wrote. */
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

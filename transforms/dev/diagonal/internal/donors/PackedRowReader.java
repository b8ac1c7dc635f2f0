package dev.diagonal.internal.donors;

/**
 * Iterates over the rows of a {@link PackedRows}, whose fields are ranges of its bytes. A row
 * consists of its place in the file, the id of its project, its own id and its values. Each present
 * value has the number of its column (a byte), its length and its JSON. Numbers are varints; a
 * length precedes its bytes.
 */
final class PackedRowReader {

  private final byte[] bytes;
  private int next;

  private long offset;
  private int keyStart;
  private int keyEnd;
  private int idStart;
  private int idEnd;
  private int valuesStart;

  PackedRowReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Moves to the next row; returns false if there is none. */
  boolean next() {
    if (next == bytes.length) {
      return false;
    }
    offset = varint();
    int length = (int) varint();
    keyStart = next;
    keyEnd = next + length;
    next = keyEnd;
    length = (int) varint();
    idStart = next;
    idEnd = next + length;
    next = idEnd;
    length = (int) varint();
    valuesStart = next;
    next += length;
    return true;
  }

  byte[] bytes() {
    return bytes;
  }

  long offset() {
    return offset;
  }

  int keyStart() {
    return keyStart;
  }

  int keyEnd() {
    return keyEnd;
  }

  int idStart() {
    return idStart;
  }

  int idEnd() {
    return idEnd;
  }

  int valuesStart() {
    return valuesStart;
  }

  int valuesEnd() {
    return next;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = bytes[next++];
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  /** Passes each value of the row from {@code start} to {@code end} of some bytes. */
  static void forEachValue(byte[] bytes, int start, int end, ValueConsumer consumer) {
    int at = start;
    while (at < end) {
      int column = bytes[at++];
      int length = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = bytes[at++];
        length |= (b & 0x7f) << shift;
        if (b >= 0) {
          break;
        }
      }
      consumer.value(column, bytes, at, at + length);
      at += length;
    }
  }

  /** Receives the values of a row. */
  @FunctionalInterface
  interface ValueConsumer {
    void value(int column, byte[] bytes, int start, int end);
  }
}

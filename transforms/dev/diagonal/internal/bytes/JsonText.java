package dev.diagonal.internal.bytes;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/** Writes UTF-8 text as JSON strings. */
public final class JsonText {

  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

  /** The maximum number of bytes for one byte, as in {@code \u001f}. */
  private static final int MAX_BYTES_PER_BYTE = 6;

  /** The bytes that JSON requires to be escaped. */
  private static final boolean[] ESCAPED = new boolean[256];

  static {
    Arrays.fill(ESCAPED, 0, ' ', true);
    ESCAPED['"'] = true;
    ESCAPED['\\'] = true;
  }

  private JsonText() {}

  /** Writes the bytes from {@code start} to before {@code end} in quotes, escaped. */
  public static void put(ByteBuilder out, byte[] text, int start, int end) {
    long most = (long) MAX_BYTES_PER_BYTE * (end - start) + 2;
    if (most > 1 << 16) {
      putLong(out, text, start, end);
      return;
    }
    out.reserve((int) most);
    byte[] to = out.array();
    int at = out.size();
    to[at++] = '"';
    for (int i = start; i < end; i++) {
      byte b = text[i];
      if (ESCAPED[b & 0xff]) {
        at = putEscaped(to, at, b);
      } else {
        to[at++] = b;
      }
    }
    to[at++] = '"';
    out.truncate(at);
  }

  /** Writes the runs between escaped bytes one by one, without reserving room for escapes. */
  private static void putLong(ByteBuilder out, byte[] text, int start, int end) {
    out.put('"');
    int from = start;
    for (int i = start; i < end; i++) {
      byte b = text[i];
      if (ESCAPED[b & 0xff]) {
        out.put(text, from, i);
        from = i + 1;
        out.reserve(MAX_BYTES_PER_BYTE);
        out.truncate(putEscaped(out.array(), out.size(), b));
      }
    }
    out.put(text, from, end);
    out.put('"');
  }

  private static int putEscaped(byte[] to, int start, byte b) {
    int at = start;
    to[at++] = '\\';
    switch (b) {
      case '"', '\\' -> to[at++] = b;
      case '\n' -> to[at++] = 'n';
      case '\r' -> to[at++] = 'r';
      case '\t' -> to[at++] = 't';
      default -> {
        to[at++] = 'u';
        to[at++] = '0';
        to[at++] = '0';
        to[at++] = HEX[b >> 4];
        to[at++] = HEX[b & 15];
      }
    }
    return at;
  }
}

package dev.diagonal.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CodingErrorAction;

/** A text in UTF-8, whatever it is read from; what cannot be encoded becomes a question mark. */
final class Utf8Stream extends InputStream {

  private static final int CHUNK = 1 << 13;

  private final Reader reader;
  private final CharsetEncoder encoder =
      UTF_8
          .newEncoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private final CharBuffer characters = CharBuffer.allocate(CHUNK).limit(0);
  private final ByteBuffer bytes = ByteBuffer.allocate(4 * CHUNK).limit(0);
  private boolean atEnd;

  Utf8Stream(Reader reader) {
    this.reader = reader;
  }

  @Override
  public int read() throws IOException {
    return fill() ? bytes.get() & 255 : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int read = Math.min(length, bytes.remaining());
    bytes.get(into, offset, read);
    return read;
  }

  private boolean fill() throws IOException {
    while (!bytes.hasRemaining()) {
      if (atEnd) {
        return false;
      }
      characters.compact();
      atEnd = reader.read(characters) < 0;
      characters.flip();
      bytes.clear();
      encoder.encode(characters, bytes, atEnd);
      if (atEnd) {
        encoder.flush(bytes);
      }
      bytes.flip();
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}

package dev.diagonal.internal.transfer.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;

/**
 * Converts a text to UTF-8 from another encoding. Bytes that are invalid in that encoding become
 * invalid UTF-8, so that their record is bad.
 */
final class Utf8Stream extends InputStream {

  /** A byte that UTF-8 never has. */
  static final byte UNDECODABLE = (byte) 0xFF;

  private static final int CHUNK = 1 << 13;

  private final ReadableByteChannel channel;
  private final CharsetDecoder decoder;
  private final ByteBuffer encoded = ByteBuffer.allocate(CHUNK).limit(0);
  private final CharBuffer characters = CharBuffer.allocate(CHUNK);
  private ByteBuffer utf8 = ByteBuffer.allocate(0);
  private boolean atEnd;
  private boolean flushed;

  Utf8Stream(ReadableByteChannel channel, Charset encoding) {
    this.channel = channel;
    this.decoder =
        encoding
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  @Override
  public int read() throws IOException {
    return fill() ? utf8.get() & 255 : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int read = Math.min(length, utf8.remaining());
    utf8.get(into, offset, read);
    return read;
  }

  private boolean fill() throws IOException {
    while (!utf8.hasRemaining()) {
      if (flushed) {
        return false;
      }
      decode();
    }
    return true;
  }

  /** Decodes up to the next invalid bytes, or to the end of the buffer. */
  private void decode() throws IOException {
    characters.clear();
    CoderResult result = decoder.decode(encoded, characters, atEnd);
    if (result.isUnderflow()) {
      if (atEnd) {
        flushed = decoder.flush(characters).isUnderflow();
      } else {
        encoded.compact();
        atEnd = channel.read(encoded) < 0;
        encoded.flip();
      }
    }
    characters.flip();
    ByteBuffer decoded = UTF_8.encode(characters);
    if (result.isError()) {
      encoded.position(encoded.position() + result.length());
      utf8 = ByteBuffer.allocate(decoded.remaining() + 1).put(decoded).put(UNDECODABLE).flip();
    } else {
      utf8 = decoded;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

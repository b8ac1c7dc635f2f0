package dev.diagonal.internal.files.stored;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses the members of a gzip file, one after another. Zero bytes may follow the last one,
 * such as the padding of tapes, which gzip accepts too; anything else fails.
 */
final class GzipMembers extends InputStream {

  private static final int FIRST_MAGIC_BYTE = 0x1f;

  private final BufferedInputStream stored;
  private @Nullable InputStream member;
  private int members;

  GzipMembers(BufferedInputStream stored) {
    this.stored = stored;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      while (member != null || nextMember()) {
        int read = member == null ? -1 : member.read(into, offset, length);
        if (read >= 0) {
          return read;
        }
        member = null;
      }
      return -1;
    } catch (EOFException e) {
      throw new EOFException("gzip member " + members + " is cut off");
    } catch (IOException e) {
      throw new IOException("gzip member " + members + ": " + e.getMessage(), e);
    }
  }

  private boolean nextMember() throws IOException {
    stored.mark(1);
    int first = stored.read();
    if (first < 0 && members > 0) {
      return false;
    }
    if (first == 0 && members > 0) {
      skipPadding();
      return false;
    }
    members++;
    if (first < 0) {
      throw new EOFException();
    }
    if (first != FIRST_MAGIC_BYTE) {
      throw new IOException("bytes that are not gzip follow member " + (members - 1));
    }
    stored.reset();
    member = GzipCompressorInputStream.builder().setInputStream(stored).get();
    return true;
  }

  private void skipPadding() throws IOException {
    byte[] padding = new byte[1 << 12];
    for (int read = stored.read(padding); read >= 0; read = stored.read(padding)) {
      for (int i = 0; i < read; i++) {
        if (padding[i] != 0) {
          throw new IOException("bytes other than zero follow its padding");
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    stored.close();
  }
}

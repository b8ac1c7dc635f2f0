package dev.diagonal.files.stored;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.Compression;
import org.apache.beam.sdk.util.VarInt;

/**
 * A file of the input, as it was when it was listed.
 *
 * @param name its absolute name
 * @param bytes its size as stored; 0 for a pipe
 * @param modifiedMillis when it was last changed, or {@link #UNKNOWN_TIME}
 * @param access how it can be read
 */
public record InputFile(String name, long bytes, long modifiedMillis, Access access)
    implements Serializable {

  /** The modification time if the file system does not report one. */
  public static final long UNKNOWN_TIME = 0;

  /** How a file can be read. */
  public enum Access {
    /** By several readers, each from its own byte. */
    RANGES,
    /** By one reader from its start, since it is compressed. */
    WHOLE,
    /** By one reader from its start, and only once: a pipe. */
    ONCE
  }

  /**
   * Returns a regular file; only one reader can read it if its name implies that it is compressed.
   */
  public static InputFile of(String name, long bytes, long modifiedMillis) {
    boolean plain = Compression.detect(name) == Compression.UNCOMPRESSED;
    return new InputFile(name, bytes, modifiedMillis, plain ? Access.RANGES : Access.WHOLE);
  }

  /** Returns a pipe. */
  public static InputFile pipe(String name) {
    return new InputFile(name, 0, UNKNOWN_TIME, Access.ONCE);
  }

  /** Returns this file, restricted to one reader. */
  public InputFile whole() {
    return access == Access.RANGES
        ? new InputFile(name, bytes, modifiedMillis, Access.WHOLE)
        : this;
  }

  /** Returns whether several readers can share the file. */
  public boolean splittable() {
    return access == Access.RANGES;
  }

  public boolean isPipe() {
    return access == Access.ONCE;
  }

  /** Returns whether its name implies that it is compressed. */
  public boolean isCompressed() {
    return Compression.detect(name) != Compression.UNCOMPRESSED;
  }

  /** Returns the coder: name, size, modification time and access. */
  public static Coder<InputFile> coder() {
    return FileCoder.OF;
  }

  private static final class FileCoder extends AtomicCoder<InputFile> {

    private static final FileCoder OF = new FileCoder();
    private static final StringUtf8Coder NAME = StringUtf8Coder.of();

    @Override
    public void encode(InputFile file, OutputStream out) throws IOException {
      NAME.encode(file.name, out);
      VarInt.encode(file.bytes, out);
      VarInt.encode(file.modifiedMillis, out);
      NAME.encode(file.access.name(), out);
    }

    @Override
    public InputFile decode(InputStream in) throws IOException {
      return new InputFile(
          NAME.decode(in),
          VarInt.decodeLong(in),
          VarInt.decodeLong(in),
          Access.valueOf(NAME.decode(in)));
    }

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }
}

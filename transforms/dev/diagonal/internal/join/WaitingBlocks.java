package dev.diagonal.internal.join;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.coders.Coder;
import org.jspecify.annotations.Nullable;

/**
 * Encoded blocks that have arrived too early: in memory up to a budget, the others in a temporary
 * file ({@code java.io.tmpdir}), which is deleted with this object. Returned in order of arrival.
 * Not thread-safe.
 */
final class WaitingBlocks<P> implements AutoCloseable {

  private static final int FILE_BUFFER_BYTES = 1 << 16;

  private final Coder<P> coder;
  private final long maxHeldBytes;
  private final ByteArrayOutputStream encoded = new ByteArrayOutputStream();
  private final List<byte[]> held = new ArrayList<>();
  private long heldBytes;
  private long blocksInFile;
  private @Nullable Path file;
  private @Nullable DataOutputStream toFile;

  /**
   * @param maxHeldBytes the maximum number of encoded bytes in memory
   */
  WaitingBlocks(Coder<P> coder, long maxHeldBytes) {
    this.coder = coder;
    this.maxHeldBytes = maxHeldBytes;
  }

  void add(P block) throws IOException {
    encoded.reset();
    coder.encode(block, encoded);
    if (toFile == null && heldBytes + encoded.size() <= maxHeldBytes) {
      held.add(encoded.toByteArray());
      heldBytes += encoded.size();
      return;
    }
    DataOutputStream out = file();
    out.writeInt(encoded.size());
    encoded.writeTo(out);
    blocksInFile++;
  }

  /** Passes all blocks to {@code consumer}, once. */
  void drain(Consumer<P> consumer) throws IOException {
    for (int i = 0; i < held.size(); i++) {
      consumer.accept(decoded(held.get(i)));
      held.set(i, new byte[0]);
    }
    held.clear();
    if (toFile == null || file == null) {
      return;
    }
    toFile.close();
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(Files.newInputStream(file), FILE_BUFFER_BYTES))) {
      for (long i = 0; i < blocksInFile; i++) {
        byte[] block = new byte[in.readInt()];
        in.readFully(block);
        consumer.accept(decoded(block));
      }
    }
  }

  /** Returns how many blocks are in the file. */
  long blocksInFile() {
    return blocksInFile;
  }

  @Override
  public void close() throws IOException {
    held.clear();
    if (toFile != null) {
      toFile.close();
    }
    if (file != null) {
      Files.deleteIfExists(file);
    }
  }

  private P decoded(byte[] block) throws IOException {
    return coder.decode(new ByteArrayInputStream(block));
  }

  private DataOutputStream file() throws IOException {
    if (toFile == null) {
      Path created = Files.createTempFile("diagonal-join", ".blocks");
      file = created;
      toFile =
          new DataOutputStream(
              new BufferedOutputStream(Files.newOutputStream(created), FILE_BUFFER_BYTES));
    }
    return toFile;
  }
}

package dev.diagonal.internal.donors;

import dev.diagonal.files.LineConsumer;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.internal.bytes.KeyHash;
import dev.diagonal.internal.csv.CsvReader;
import dev.diagonal.internal.csv.RecordConsumer;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/**
 * Packs the rows of a table into blocks, by the shard of their project's id. Emits a block when it
 * has 64 KiB, or less if there are more than 128 shards, since all buffers together hold at most 8
 * MiB.
 */
public final class PackRows implements RecordConsumer<KV<Integer, PackedRows>> {

  private static final int BLOCK_BYTES = 1 << 16;
  private static final int HELD_BYTES = 1 << 23;

  private final Table table;
  private final int blockBytes;
  private final RowParser parser;
  private final @Nullable JsonBytes[] buffers;

  /** The current file, and the file of the rows in the buffers. */
  private String file = "";

  private String packedFile = "";

  private PackRows(Table table, Shards shards) {
    this.table = table;
    this.blockBytes = Math.min(BLOCK_BYTES, HELD_BYTES / shards.count());
    this.parser = new RowParser(table);
    this.buffers = new JsonBytes[shards.count()];
  }

  /** Returns a factory of packers of the rows of a table. */
  public static RecordConsumer.Factory<KV<Integer, PackedRows>> of(Table table, Shards shards) {
    return () -> new PackRows(table, shards);
  }

  /** Returns the coder of blocks by shard. */
  static Coder<KV<Integer, PackedRows>> coder() {
    return KvCoder.of(VarIntCoder.of(), PackedRows.coder());
  }

  @Override
  public void open(String file) {
    this.file = file;
  }

  @Override
  public @Nullable String accept(
      CsvReader record, LineConsumer.Output<KV<Integer, PackedRows>> output) {
    String problem = parser.parse(record.fields());
    if (problem != null) {
      return problem;
    }
    if (!packedFile.equals(file)) {
      finish(output);
      packedFile = file;
    }
    int shard = KeyHash.part(parser.keyHash(), buffers.length);
    JsonBytes buffer = buffers[shard];
    if (buffer == null) {
      buffer = new JsonBytes();
      buffers[shard] = buffer;
    }
    parser.addTo(buffer, record.offset());
    if (buffer.size() >= blockBytes) {
      leave(shard, buffer, output);
    }
    return null;
  }

  @Override
  public void finish(LineConsumer.Output<KV<Integer, PackedRows>> output) {
    for (int shard = 0; shard < buffers.length; shard++) {
      JsonBytes buffer = buffers[shard];
      if (buffer != null && buffer.size() > 0) {
        leave(shard, buffer, output);
      }
    }
  }

  private void leave(
      int shard, JsonBytes buffer, LineConsumer.Output<KV<Integer, PackedRows>> output) {
    output.emit(KV.of(shard, new PackedRows(table, packedFile, buffer.toByteArray())));
    buffer.truncate(0);
  }
}

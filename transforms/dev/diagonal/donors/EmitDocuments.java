package dev.diagonal.donors;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.block.Block;
import dev.diagonal.block.BlockConsumer;
import dev.diagonal.elasticsearch.Document;
import java.util.ArrayList;
import java.util.List;

/** Puts documents out in blocks of up to 1,000 or 4 MiB. */
final class EmitDocuments implements DocumentSink {

  private static final int BLOCK_ROWS = 1_000;
  private static final long BLOCK_BYTES = 4L << 20;

  private List<Document> documents = new ArrayList<>();
  private long bytes;

  @Override
  public void open(int shard) {
    documents.clear();
    bytes = 0;
  }

  @Override
  public void accept(
      byte[] id,
      int idStart,
      int idEnd,
      JsonBytes json,
      BlockConsumer.Output<Block<Document>> output) {
    documents.add(
        new Document(new String(id, idStart, idEnd - idStart, UTF_8), json.toByteArray()));
    bytes += json.size();
    if (documents.size() == BLOCK_ROWS || bytes >= BLOCK_BYTES) {
      finish(output);
    }
  }

  @Override
  public void finish(BlockConsumer.Output<Block<Document>> output) {
    if (!documents.isEmpty()) {
      output.emit(new Block<>(documents));
      documents = new ArrayList<>();
      bytes = 0;
    }
  }
}

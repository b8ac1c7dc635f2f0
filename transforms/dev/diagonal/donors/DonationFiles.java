package dev.diagonal.donors;

import dev.diagonal.block.BlockConsumer;
import dev.diagonal.block.Shards;
import dev.diagonal.write.Written;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResolveOptions.StandardResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.jspecify.annotations.Nullable;

/**
 * Writes the documents of each shard to a file of JSON lines in a directory, {@code
 * documents-00003-of-00016.jsonl}. A file appears as a whole, in place of an earlier one; a shard
 * without documents has an empty one. While it is written it is hidden, under another name; a run
 * that is killed leaves that.
 */
public final class DonationFiles implements DocumentSink {

  /** What all their names start with. */
  static final String PREFIX = "documents-";

  private static final String PARTIAL = ".partial";

  private static final int BUFFER_BYTES = 1 << 18;

  private final String directory;
  private final int shards;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;
  private @Nullable ResourceId file;
  private @Nullable ResourceId partial;
  private @Nullable WritableByteChannel channel;
  private long documents;
  private long started;

  DonationFiles(String directory, int shards) {
    this.directory = directory;
    this.shards = shards;
  }

  /** Returns the name of the file of a shard. */
  static String nameOf(int shard, int shards) {
    return String.format(Locale.ROOT, PREFIX + "%05d-of-%05d.jsonl", shard, shards);
  }

  /**
   * Deletes the files that an earlier run has written in another number of shards.
   *
   * @throws IOException if they cannot be deleted
   */
  public static void deleteOthers(String directory, Shards shards) throws IOException {
    ResourceId in = FileSystems.matchNewResource(directory, true);
    String all = in.resolve(PREFIX + "*.jsonl", StandardResolveOptions.RESOLVE_FILE).toString();
    List<ResourceId> others = new ArrayList<>();
    String ours = String.format(Locale.ROOT, "-of-%05d.jsonl", shards.count());
    for (MatchResult.Metadata file : FileSystems.match(all, EmptyMatchTreatment.ALLOW).metadata()) {
      String name = String.valueOf(file.resourceId().getFilename());
      if (name.matches(PREFIX + "[0-9]{5}-of-[0-9]{5}[.]jsonl") && !name.endsWith(ours)) {
        others.add(file.resourceId());
      }
    }
    FileSystems.delete(others, StandardMoveOptions.IGNORE_MISSING_FILES);
  }

  /**
   * Deletes the unfinished files that runs which were killed have left. No run may be writing
   * there.
   *
   * @throws IOException if they cannot be deleted
   */
  public static void deletePartial(String directory) throws IOException {
    ResourceId in = FileSystems.matchNewResource(directory, true);
    String all =
        in.resolve("." + PREFIX + "*" + PARTIAL, StandardResolveOptions.RESOLVE_FILE).toString();
    List<ResourceId> left = new ArrayList<>();
    for (MatchResult.Metadata file : FileSystems.match(all, EmptyMatchTreatment.ALLOW).metadata()) {
      left.add(file.resourceId());
    }
    FileSystems.delete(left, StandardMoveOptions.IGNORE_MISSING_FILES);
  }

  @Override
  public void open(int shard) {
    started = System.nanoTime();
    documents = 0;
    filled = 0;
    ResourceId in = FileSystems.matchNewResource(directory, true);
    file = in.resolve(nameOf(shard, shards), StandardResolveOptions.RESOLVE_FILE);
    ResourceId created =
        in.resolve(
            "." + nameOf(shard, shards) + "." + UUID.randomUUID() + PARTIAL,
            StandardResolveOptions.RESOLVE_FILE);
    partial = created;
    try {
      channel = FileSystems.create(created, "application/x-ndjson");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void accept(
      byte[] id, int idStart, int idEnd, JsonBytes json, BlockConsumer.Output<Written> output) {
    // A line break in JSON would stand between tokens, and there are none.
    json.add('\n');
    if (filled + json.size() > buffer.length) {
      write(buffer, filled);
      filled = 0;
    }
    if (json.size() > buffer.length) {
      write(json.bytes(), json.size());
    } else {
      System.arraycopy(json.bytes(), 0, buffer, filled, json.size());
      filled += json.size();
    }
    json.truncate(json.size() - 1);
    documents++;
  }

  @Override
  public void finish(BlockConsumer.Output<Written> output) {
    write(buffer, filled);
    if (channel == null || file == null || partial == null) {
      return;
    }
    try {
      channel.close();
      channel = null;
      FileSystems.rename(List.of(partial), List.of(file));
      partial = null;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory + ": " + e.getMessage(), e);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    output.emit(new Written(directory, documents, 1, millis));
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
      if (partial != null) {
        FileSystems.delete(List.of(partial), StandardMoveOptions.IGNORE_MISSING_FILES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clean up in " + directory, e);
    }
  }

  private void write(byte[] bytes, int length) {
    ByteBuffer wrapped = ByteBuffer.wrap(bytes, 0, length);
    try {
      while (channel != null && wrapped.hasRemaining()) {
        int unused = channel.write(wrapped);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory + ": " + e.getMessage(), e);
    }
  }
}

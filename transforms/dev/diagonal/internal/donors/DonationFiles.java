package dev.diagonal.internal.donors;

import dev.diagonal.files.LineConsumer;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.internal.files.output.OutputCompression;
import dev.diagonal.internal.files.output.RunFiles;
import dev.diagonal.metrics.Written;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes the documents of each shard to a file of JSON lines, {@code
 * documents-00003-of-00016.jsonl}. A file appears atomically and replaces an earlier one; a shard
 * without documents has an empty file.
 */
public final class DonationFiles implements DocumentSink {

  /** The prefix of the file names. */
  public static final String PREFIX = "documents";

  private static final int BUFFER_BYTES = 1 << 18;

  private final Target target;
  private final int shards;
  private final RunFiles files;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;
  private String name = "";
  private String part = "";
  private @Nullable OutputStream out;
  private long documents;
  private long started;

  /**
   * Where the files are written.
   *
   * @param directory created if it is missing
   * @param suffix of the names after {@code .jsonl}: empty, or a compression
   * @param run the run that they belong to
   */
  public record Target(String directory, String suffix, OutputRun run) implements Serializable {

    /**
     * @throws IllegalArgumentException if the suffix names a compression that cannot be written
     */
    public Target {
      OutputCompression.check("x" + suffix);
    }

    /** Returns plain files in a directory, of an unregistered run. */
    public static Target in(String directory) {
      return new Target(directory, "", OutputRun.alone());
    }

    /** Returns the files of the run in the directory. */
    RunFiles files() {
      return RunFiles.in(directory, PREFIX, run);
    }
  }

  DonationFiles(Target target, int shards) {
    this.target = target;
    this.shards = shards;
    this.files = target.files();
  }

  /** Returns the name of the file of a shard. */
  static String nameOf(int shard, int shards, String suffix) {
    return String.format(Locale.ROOT, PREFIX + "-%05d-of-%05d.jsonl%s", shard, shards, suffix);
  }

  /**
   * Deletes the files of earlier runs that had another number of shards or another compression.
   *
   * @throws IOException if they cannot be deleted
   */
  public static void deleteOthers(Target target, Shards shards) throws IOException {
    String ours = String.format(Locale.ROOT, "-of-%05d.jsonl%s", shards.count(), target.suffix());
    target
        .files()
        .deletePublished(
            name ->
                name.matches(PREFIX + "-[0-9]{5}-of-[0-9]{5}[.]jsonl([.](gz|bz2|zst))?")
                    && !name.endsWith(ours));
  }

  @Override
  public void open(int shard) {
    started = System.nanoTime();
    documents = 0;
    filled = 0;
    name = nameOf(shard, shards, target.suffix());
    try {
      RunFiles.Part created = files.create("part-" + shard);
      part = created.name();
      out = OutputCompression.of(name, created.out());
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  @Override
  public void accept(
      byte[] id, int idStart, int idEnd, JsonBytes json, LineConsumer.Output<Written> output) {
    // JSON has line breaks only between tokens, and there are none here.
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
  public void finish(LineConsumer.Output<Written> output) {
    write(buffer, filled);
    OutputStream open = out;
    if (open == null) {
      return;
    }
    try {
      open.close();
      out = null;
      files.publish(part, name);
      part = "";
    } catch (IOException e) {
      throw cannotWrite(e);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    output.emit(new Written(target.directory(), documents, 1, millis));
  }

  @Override
  public void close() {
    try {
      if (out != null) {
        out.close();
      }
      if (!part.isEmpty()) {
        files.delete(List.of(part));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clean up in " + target.directory(), e);
    }
  }

  private void write(byte[] bytes, int length) {
    try {
      if (out != null) {
        out.write(bytes, 0, length);
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private UncheckedIOException cannotWrite(IOException e) {
    return new UncheckedIOException(
        "cannot write to " + target.directory() + ": " + e.getMessage(), e);
  }
}

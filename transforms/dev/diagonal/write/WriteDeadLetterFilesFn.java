package dev.diagonal.write;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadLine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResolveOptions.StandardResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;

/** Gathers the bad records of a bundle and writes them beside their file, then in its place. */
final class WriteDeadLetterFilesFn extends DoFn<BadRecord, Written> {

  /** What a file holds at most, about, in characters: a bundle has any size on some runners. */
  static final int MAX_CHARACTERS = 4 << 20;

  private static final int HASH_BYTES = 12;

  private final String directory;
  private final WriteMetrics metrics = WriteMetrics.create();

  private transient List<BadLine> lines = new ArrayList<>();
  private transient long characters;

  WriteDeadLetterFilesFn(String directory) {
    this.directory = directory;
  }

  @StartBundle
  public void startBundle() {
    lines = new ArrayList<>();
    characters = 0;
  }

  @ProcessElement
  public void process(@Element BadRecord bad, OutputReceiver<Written> output) throws IOException {
    BadLine line = BadLine.of(bad);
    lines.add(line);
    characters += line.record().length();
    if (characters > MAX_CHARACTERS) {
      output.output(write());
      startBundle();
    }
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) throws IOException {
    if (!lines.isEmpty()) {
      context.output(write(), BoundedWindow.TIMESTAMP_MIN_VALUE, GlobalWindow.INSTANCE);
    }
  }

  private Written write() throws IOException {
    long started = System.nanoTime();
    lines.sort(WriteDeadLetters::compare);
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.toJson()).append('\n'));
    byte[] bytes = text.toString().getBytes(UTF_8);
    writeTo("bad-" + hash(bytes) + ".jsonl", bytes);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    Written written = new Written(directory, lines.size(), 1, millis);
    metrics.counted(written);
    return written;
  }

  private void writeTo(String name, byte[] bytes) throws IOException {
    ResourceId place = FileSystems.matchNewResource(directory, true);
    ResourceId file = place.resolve(name, StandardResolveOptions.RESOLVE_FILE);
    ResourceId partial =
        place.resolve(
            "." + name + "." + UUID.randomUUID() + ".partial", StandardResolveOptions.RESOLVE_FILE);
    try {
      try (OutputStream out = Channels.newOutputStream(FileSystems.create(partial, "text/plain"))) {
        out.write(bytes);
      }
      FileSystems.rename(List.of(partial), List.of(file));
    } catch (IOException e) {
      FileSystems.delete(List.of(partial), StandardMoveOptions.IGNORE_MISSING_FILES);
      throw new IOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}

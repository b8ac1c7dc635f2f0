package dev.diagonal.textfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.files.output.RunFiles;
import dev.diagonal.internal.files.output.RunHold;
import dev.diagonal.internal.files.output.WholeFile;
import dev.diagonal.internal.metrics.WriteMetrics;
import dev.diagonal.internal.textfile.DeadLetterFile;
import dev.diagonal.metrics.Written;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;

/**
 * Collects the bad records of a bundle, all in the global window, and writes them as a {@link
 * WholeFile}.
 */
final class WriteDeadLetterFilesFn extends DoFn<BadRecord, Written> {

  /**
   * The approximate maximum size of a file in characters: some runners have bundles of any size.
   */
  static final int MAX_CHARACTERS = 4 << 20;

  private static final int HASH_BYTES = 12;

  /** The prefix of the file names. */
  private static final String PREFIX = "bad";

  private final String directory;
  private final OutputRun run = OutputRun.alone();
  private final WriteMetrics metrics = WriteMetrics.create();

  private transient List<DeadLetter> lines = new ArrayList<>();
  private transient long characters;

  WriteDeadLetterFilesFn(String directory) {
    this.directory = directory;
  }

  @Setup
  public void setup() throws IOException {
    RunHold.deleteLeftovers(files());
  }

  @StartBundle
  public void startBundle() {
    lines = new ArrayList<>();
    characters = 0;
  }

  @ProcessElement
  public void process(@Element BadRecord bad, OutputReceiver<Written> output) throws IOException {
    DeadLetter line = DeadLetter.of(bad);
    lines.add(line);
    characters += line.file().length() + line.reason().length() + line.record().length();
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
    lines.sort(DeadLetterFile::compare);
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.toJson()).append('\n'));
    byte[] bytes = text.toString().getBytes(UTF_8);
    WholeFile.of(files(), PREFIX + "-" + hash(bytes) + ".jsonl").write(out -> out.write(bytes));
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    Written written = new Written(directory, lines.size(), 1, millis);
    metrics.counted(written);
    return written;
  }

  private RunFiles files() {
    return RunFiles.in(directory, PREFIX, run);
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}

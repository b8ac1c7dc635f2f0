package dev.diagonal.files;

import static java.util.stream.Collectors.toSet;

import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.stored.OneNameEach;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SetCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Emits each new file by name, by listing the patterns repeatedly. Checkpoints contain the emitted
 * names as long as their files exist: a file that is removed and comes back is emitted again. A
 * link to a file of another name is left out.
 *
 * <p>This is a source instead of Beam's {@code Watch}, a splittable DoFn, which Flink can end only
 * by calling it without a pause.
 */
final class WatchedFiles extends UnboundedSource<KV<String, InputFile>, WatchedFiles.Seen> {

  /**
   * The ended watches of this JVM. Readers may be created anew from checkpoints at any time, so
   * they have to look here.
   */
  private static final Set<String> ENDED = ConcurrentHashMap.newKeySet();

  private final List<String> patterns;
  private final FileWatch watch;

  WatchedFiles(List<String> patterns, FileWatch watch) {
    this.patterns = List.copyOf(patterns);
    this.watch = watch;
  }

  /** Ends a watch for the readers in this JVM, as if it had been idle for long enough. */
  static void end(FileWatch watch) {
    ENDED.add(watch.id());
  }

  /**
   * The checkpoint of a reader.
   *
   * @param names the emitted files that still exist
   * @param newestMillis when the last one was found
   */
  record Seen(Set<String> names, long newestMillis) implements CheckpointMark {
    @Override
    public void finalizeCheckpoint() {}
  }

  /** Returns one reader, which only lists names. */
  @Override
  public List<WatchedFiles> split(int desiredNumSplits, PipelineOptions options) {
    return List.of(this);
  }

  @Override
  public Looker createReader(PipelineOptions options, @Nullable Seen seen) {
    return new Looker(seen, System::currentTimeMillis);
  }

  @Override
  public Coder<Seen> getCheckpointMarkCoder() {
    return SeenCoder.INSTANCE;
  }

  @Override
  public Coder<KV<String, InputFile>> getOutputCoder() {
    return KvCoder.of(StringUtf8Coder.of(), InputFile.coder());
  }

  /** Lists files, no more often than the interval allows. */
  final class Looker extends UnboundedReader<KV<String, InputFile>> {

    private final LongSupplier clock;
    private final Set<String> seen = new LinkedHashSet<>();
    private final OneNameEach names = new OneNameEach();
    private final Queue<KV<String, InputFile>> found = new ArrayDeque<>();
    private @Nullable KV<String, InputFile> current;
    private long newestMillis;
    private long nextLookMillis;
    private boolean ended;

    Looker(@Nullable Seen before, LongSupplier clock) {
      this.clock = clock;
      this.newestMillis = before == null ? clock.getAsLong() : before.newestMillis();
      if (before != null) {
        seen.addAll(before.names());
      }
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      if (found.isEmpty() && !ended) {
        lookIfItIsTime();
      }
      current = found.poll();
      if (current == null) {
        return false;
      }
      seen.add(current.getKey());
      return true;
    }

    private void lookIfItIsTime() {
      long nowMillis = clock.getAsLong();
      boolean last = ENDED.contains(watch.id());
      if (nowMillis < nextLookMillis && !last) {
        return;
      }
      nextLookMillis = nowMillis + watch.interval().getMillis();
      List<InputFile> there = InputFiles.matchingIfAny(patterns).files();
      names.added(there, seen).forEach(file -> found.add(KV.of(file.name(), file)));
      seen.retainAll(there.stream().map(InputFile::name).collect(toSet()));
      if (!found.isEmpty()) {
        newestMillis = nowMillis;
      } else {
        ended = last || watch.isIdle(nowMillis - newestMillis);
      }
    }

    @Override
    public KV<String, InputFile> getCurrent() {
      if (current == null) {
        throw new NoSuchElementException();
      }
      return current;
    }

    @Override
    public Instant getCurrentTimestamp() {
      return BoundedWindow.TIMESTAMP_MIN_VALUE;
    }

    @Override
    public Instant getWatermark() {
      return ended ? BoundedWindow.TIMESTAMP_MAX_VALUE : BoundedWindow.TIMESTAMP_MIN_VALUE;
    }

    @Override
    public Seen getCheckpointMark() {
      return new Seen(Set.copyOf(seen), newestMillis);
    }

    @Override
    public WatchedFiles getCurrentSource() {
      return WatchedFiles.this;
    }

    @Override
    public void close() {}
  }

  private static final class SeenCoder extends AtomicCoder<Seen> {

    static final SeenCoder INSTANCE = new SeenCoder();
    private static final SetCoder<String> NAMES = SetCoder.of(StringUtf8Coder.of());

    @Override
    public void encode(Seen seen, OutputStream out) throws IOException {
      NAMES.encode(seen.names(), out);
      VarLongCoder.of().encode(seen.newestMillis(), out);
    }

    @Override
    public Seen decode(InputStream in) throws IOException {
      Set<String> names = NAMES.decode(in);
      return new Seen(names, VarLongCoder.of().decode(in));
    }
  }
}

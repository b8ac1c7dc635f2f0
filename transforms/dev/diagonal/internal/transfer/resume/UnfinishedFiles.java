package dev.diagonal.internal.transfer.resume;

import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.output.DirectoryLock;
import dev.diagonal.internal.files.output.KeptParts;
import dev.diagonal.internal.files.output.OutputPlace;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.internal.transfer.source.BlockSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that a transfer from files writes, whose finished parts a later run can use. Used by
 * one thread of the launcher.
 */
public final class UnfinishedFiles implements AutoCloseable {

  private static final String READERS = "readers ";

  private final List<String> paths;
  private final List<DirectoryLock> locks = new ArrayList<>();
  private List<KeptParts> begun = List.of();
  private boolean hasAllParts;

  /**
   * @param paths the files, as the user wrote them
   * @throws IllegalArgumentException if parts of one of them cannot be kept
   */
  public UnfinishedFiles(List<String> paths) {
    this.paths = List.copyOf(paths);
    paths.forEach(KeptParts::of);
  }

  /**
   * Returns the number of readers that the ranges of the interrupted run were made for.
   *
   * @param readers the number of readers of this run, which is returned if there is none
   */
  public int readers(int readers) throws IOException {
    for (String path : paths) {
      String manifest = KeptParts.of(path).manifest();
      if (manifest != null && manifest.startsWith(READERS)) {
        return Integer.parseInt(manifest.substring(READERS.length(), manifest.indexOf('\n')));
      }
    }
    return readers;
  }

  /**
   * Begins a transfer, or goes on with an interrupted one.
   *
   * @param readers the number of readers that the ranges of the source are made for
   * @param how identifies how rows are converted and written
   * @throws IllegalArgumentException if the interrupted one is running, or was another
   */
  public void begin(BlockSource source, int readers, String how) throws Exception {
    String manifest =
        "%s%s\nfiles %s\nrows %s\n"
            .formatted(READERS, readers, Fingerprint.ofFiles(source), Fingerprint.of(how));
    List<KeptParts> all = paths.stream().map(KeptParts::of).toList();
    for (int i = 0; i < all.size(); i++) {
      DirectoryLock lock = all.get(i).lock();
      if (lock == null) {
        throw new IllegalArgumentException(
            "the interrupted transfer to %s is still running".formatted(paths.get(i)));
      }
      locks.add(lock);
      String earlier = all.get(i).manifest();
      if (earlier != null && !earlier.equals(manifest)) {
        throw new IllegalArgumentException(
            "since the interrupted transfer to %s, %s: start without --resume"
                .formatted(
                    paths.get(i),
                    line(earlier, 1).equals(line(manifest, 1))
                        ? "the columns, the mapping or the options of files have changed"
                        : "the names or sizes of the files that are read have changed"));
      }
    }
    for (KeptParts kept : all) {
      if (kept.manifest() == null) {
        kept.begin(manifest);
      }
    }
    begun = all;
  }

  private static String line(String text, int number) {
    String[] lines = text.split("\n", -1);
    return number < lines.length ? lines[number] : "";
  }

  /** Deletes what is kept of files, unless a run uses it, and warns of parts that are lost. */
  public static void forget(List<String> paths) throws IOException {
    for (String path : paths) {
      if (OutputPlace.of(path).kind() == OutputPlace.Kind.FILE) {
        forget(path);
      }
    }
  }

  private static void forget(String path) throws IOException {
    KeptParts kept = KeptParts.of(path);
    if (kept.manifest() == null) {
      return;
    }
    try (DirectoryLock lock = kept.lock()) {
      if (lock == null) {
        return;
      }
      int count = kept.count();
      if (count > 0) {
        Warnings.warn(
            "%s parts of an interrupted transfer to %s are deleted: this one starts from the beginning (--resume would have used them)"
                .formatted(count, path));
      }
      kept.delete();
    }
  }

  /** Notes that all parts are finished; what follows may still fail. */
  public void hasAllParts() {
    hasAllParts = true;
  }

  /** Deletes what was kept: the files are complete. */
  public void end() throws IOException {
    for (KeptParts kept : begun) {
      kept.delete();
    }
    begun = List.of();
    release();
  }

  /** Keeps the finished parts for a later run. */
  @Override
  public void close() {
    try {
      for (int i = 0; i < begun.size(); i++) {
        int count = begun.get(i).count();
        if (count == 0) {
          begun.get(i).delete();
        } else {
          Warnings.warn(
              "%s finished parts of %s are kept in %s; the same command with --resume %s"
                  .formatted(
                      count,
                      paths.get(i),
                      begun.get(i).directory(),
                      hasAllParts
                          ? "puts them together, as no part is missing"
                          : "writes the others"));
        }
      }
      begun = List.of();
      release();
    } catch (IOException e) {
      Warnings.warn("cannot look at the finished parts: " + Reason.ofFile(e));
    }
  }

  private void release() throws IOException {
    for (DirectoryLock lock : locks) {
      lock.close();
    }
    locks.clear();
  }
}

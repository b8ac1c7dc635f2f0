package dev.diagonal.internal.files.output;

import dev.diagonal.internal.files.stored.PartNames;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Marks a run as alive beside each of its targets, by a file that this process keeps locked.
 * Deletes leftovers of ended runs when it begins, and those of this run when it ends. Thread-safe.
 */
public final class RunHold implements AutoCloseable {

  /** After this time, files of a run without a hold are leftovers. */
  static final long UNANNOUNCED_MILLIS = 24L * 60 * 60 * 1000;

  /**
   * The runs of this JVM. Their locks cannot be tested: by POSIX rules, this JVM would lose a lock
   * by trying to lock the file again.
   */
  private static final Set<String> HERE = ConcurrentHashMap.newKeySet();

  private final List<RunFiles> targets = new ArrayList<>();
  private final List<FileChannel> locks = new ArrayList<>();
  private boolean ended;

  private RunHold() {}

  /**
   * Deletes leftovers beside targets, and creates the hold of their run if it is to have one.
   *
   * @throws IOException if a target's directory cannot be written to
   */
  public static RunHold begin(List<RunFiles> targets) throws IOException {
    RunHold hold = new RunHold();
    try {
      for (RunFiles target : targets) {
        try {
          hold.add(target);
        } catch (IOException e) {
          throw RunFiles.cannotWrite(target.path(), e);
        }
      }
      return hold;
    } catch (IOException | RuntimeException e) {
      try {
        hold.close();
      } catch (IOException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private synchronized void add(RunFiles target) throws IOException {
    deleteLeftovers(target);
    if (!target.run().announced()) {
      return;
    }
    targets.add(target);
    HERE.add(target.run().id());
    Folder folder = target.folder();
    String name = target.nameOf("run");
    if (folder instanceof LocalFolder local) {
      locks.add(lockNew(local, name));
    } else {
      folder.create(name).close();
    }
  }

  /** Creates and locks a file. Until it is locked, another run may take it for a leftover. */
  private static FileChannel lockNew(LocalFolder folder, String name) throws IOException {
    while (true) {
      FileChannel channel = folder.createChannel(name);
      try {
        FileLock unused = channel.lock();
      } catch (IOException e) {
        return channel; // a file system without locks: no run takes the file for a leftover
      }
      if (folder.exists(name)) {
        return channel;
      }
      channel.close();
    }
  }

  /** Returns the complete targets, as their users wrote them. */
  public synchronized List<String> complete() throws IOException {
    List<String> complete = new ArrayList<>();
    for (RunFiles target : targets) {
      if (target.isDone()) {
        complete.add(target.path());
      }
    }
    return complete;
  }

  /** Ends the run: no attempt can publish anything from now on, and hidden files are deleted. */
  @Override
  public synchronized void close() throws IOException {
    if (ended) {
      return;
    }
    ended = true;
    for (RunFiles target : targets) {
      target.folder().delete(target.nameOf("run"));
    }
    for (RunFiles target : targets) {
      Folder folder = target.folder();
      for (Folder.Entry entry : folder.entries()) {
        if (target.run().id().equals(PartNames.runOf(target.label(), entry.name()))) {
          folder.delete(entry.name());
        }
      }
    }
    release();
  }

  /** Leaves all files to a job that may continue without this process. */
  public synchronized void leave() throws IOException {
    ended = true;
    release();
  }

  private void release() throws IOException {
    for (RunFiles target : targets) {
      HERE.remove(target.run().id());
    }
    for (FileChannel lock : locks) {
      lock.close();
    }
  }

  /**
   * Deletes leftovers beside a target: those of runs whose process has ended, of runs that have
   * recorded their end, and of other runs after a day without changes.
   */
  public static void deleteLeftovers(RunFiles target) throws IOException {
    Folder folder = target.folder();
    Map<String, List<Folder.Entry>> runs = new HashMap<>();
    for (Folder.Entry entry : folder.entries()) {
      String run = PartNames.runOf(target.label(), entry.name());
      if (run != null && !run.equals(target.run().id()) && !HERE.contains(run)) {
        runs.computeIfAbsent(run, key -> new ArrayList<>()).add(entry);
      }
    }
    for (Map.Entry<String, List<Folder.Entry>> run : runs.entrySet()) {
      deleteIfGone(folder, target.label(), run.getKey(), run.getValue());
    }
  }

  private static void deleteIfGone(
      Folder folder, String label, String run, List<Folder.Entry> entries) throws IOException {
    String announced = PartNames.of(label, run, "run");
    String done = PartNames.of(label, run, "done");
    boolean isAnnounced = entries.stream().anyMatch(entry -> entry.name().equals(announced));
    if (isAnnounced && folder instanceof LocalFolder local) {
      try (FileChannel channel =
          FileChannel.open(
              local.directory().resolve(announced),
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS)) {
        if (channel.tryLock() != null) {
          folder.delete(announced);
          delete(folder, entries);
        }
      } catch (NoSuchFileException | OverlappingFileLockException e) {
        // It has just ended, or runs in this JVM.
      } catch (IOException e) {
        // Another user owns it, or it cannot be locked: it may be alive.
      }
      return;
    }
    long newest = entries.stream().mapToLong(Folder.Entry::modifiedMillis).max().orElse(0);
    boolean isDone = !isAnnounced && entries.stream().anyMatch(entry -> entry.name().equals(done));
    if (isDone || newest < System.currentTimeMillis() - UNANNOUNCED_MILLIS) {
      delete(folder, entries);
    }
  }

  private static void delete(Folder folder, List<Folder.Entry> entries) throws IOException {
    for (Folder.Entry entry : entries) {
      folder.delete(entry.name());
    }
  }
}

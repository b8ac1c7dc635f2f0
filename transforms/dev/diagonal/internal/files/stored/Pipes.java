package dev.diagonal.internal.files.stored;

import dev.diagonal.fault.BadInputException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pipes that this process may read. A pipe can be read once, by the process that received it: a
 * worker in another process would read another pipe under the same name.
 */
public final class Pipes {

  /** Readers are created from serialized copies, so only a static set reaches them. */
  private static final Set<String> READABLE = ConcurrentHashMap.newKeySet();

  private Pipes() {}

  /** Allows the pipes among these names to be read once, in this process. */
  public static void allow(List<String> patterns) {
    for (String pattern : patterns) {
      if (LocalFiles.isLocal(pattern)) {
        LocalFiles.pipe(pattern).ifPresent(READABLE::add);
      }
    }
  }

  static void take(String name) {
    if (!READABLE.remove(name)) {
      throw new BadInputException(
          name
              + " is a pipe: only the process that starts the job can read it, and only once. Save"
              + " its contents to a file");
    }
  }
}

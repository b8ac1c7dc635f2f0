package dev.diagonal.fault;

import java.util.List;

/**
 * Thrown, before anything is written, when an existing table or index has another layout than the
 * run would write. The message names every difference.
 */
public final class TargetMismatchException extends RuntimeException {

  public TargetMismatchException(String target, List<String> differences) {
    super(target + " has another shape than is to be written: " + String.join("; ", differences));
  }
}

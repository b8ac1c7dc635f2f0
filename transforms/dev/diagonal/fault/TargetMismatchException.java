package dev.diagonal.fault;

import java.util.List;

/**
 * A table or index is there, but has another shape than the run would write. Raised before anything
 * is written; the message names every difference.
 */
public final class TargetMismatchException extends RuntimeException {

  public TargetMismatchException(String target, List<String> differences) {
    super(target + " has another shape than is to be written: " + String.join("; ", differences));
  }
}

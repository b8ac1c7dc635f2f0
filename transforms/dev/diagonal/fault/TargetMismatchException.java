package dev.diagonal.fault;

import java.util.List;

/**
 * Thrown, before anything is written, when an existing table or index does not have the layout that
 * the run needs. The message names every difference.
 */
public final class TargetMismatchException extends RuntimeException {

  public TargetMismatchException(String target, List<String> differences) {
    super(target + " does not have the expected layout: " + String.join("; ", differences));
  }
}

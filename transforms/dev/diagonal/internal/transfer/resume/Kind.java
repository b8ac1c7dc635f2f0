package dev.diagonal.internal.transfer.resume;

/** How a transfer is recorded. */
public enum Kind {
  /** Not at all: these cannot be resumed. Earlier ones of the same files and table end. */
  NONE,
  /** From the beginning. */
  START,
  /** Where an earlier run ended. */
  RESUME
}

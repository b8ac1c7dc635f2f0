package dev.diagonal.internal.transfer.resume;

/** Thrown while another process holds a transfer; the message names the transfer. */
final class HeldException extends Exception {

  HeldException(String message) {
    super(message);
  }

  /** Returns the refusal of a run that cannot go on beside the other one. */
  IllegalArgumentException refusal() {
    return new IllegalArgumentException(getMessage(), this);
  }
}

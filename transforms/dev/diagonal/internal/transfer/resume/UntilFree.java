package dev.diagonal.internal.transfer.resume;

import dev.diagonal.fault.Retry;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Waits for a transfer that another process holds: the server may not know yet that it is dead. */
final class UntilFree {

  private static final Retry RETRY =
      Retry.defaults().withMaxAttempts(8).withDelays(Duration.ofMillis(250), Duration.ofSeconds(1));

  private UntilFree() {}

  /** Thrown while another process holds the transfer; the message says which. */
  static final class HeldException extends Exception {
    HeldException(String message) {
      super(message);
    }
  }

  /**
   * Repeats an action for a moment while it throws a {@link HeldException}.
   *
   * @throws IllegalArgumentException with the message of the last one, if there is no end
   */
  static <T extends @Nullable Object> T call(Callable<T> action) throws Exception {
    try {
      return RETRY.call(action, HeldException.class::isInstance);
    } catch (Retry.ExhaustedException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(String.valueOf(cause.getMessage()), e);
    }
  }
}

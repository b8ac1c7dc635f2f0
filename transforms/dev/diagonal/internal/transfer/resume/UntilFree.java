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

  /**
   * Repeats an action for a moment while it throws a {@link HeldException}.
   *
   * @throws HeldException if the last attempt also throws it
   * @throws Exception any other exception of the action, unchanged
   */
  static <T extends @Nullable Object> T call(Callable<T> action) throws Exception {
    return call(action, RETRY);
  }

  static <T extends @Nullable Object> T call(Callable<T> action, Retry retry) throws Exception {
    try {
      return retry.call(action, HeldException.class::isInstance);
    } catch (Retry.ExhaustedException e) {
      if (e.getCause() instanceof HeldException held) {
        throw held;
      }
      throw e;
    }
  }
}

package dev.diagonal.internal.transfer.resume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.Retry;
import dev.diagonal.pipelines.run.Failure;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class UntilFreeTest {

  private static final Retry AT_ONCE =
      Retry.defaults().withMaxAttempts(3).withDelays(Duration.ZERO, Duration.ZERO);

  private int attempts;

  private String heldUntil(int attempt) throws HeldException {
    attempts++;
    if (attempts < attempt) {
      throw new HeldException("the transfer is still running");
    }
    return "free";
  }

  @Test
  void repeatsWhileTheTransferIsHeld() throws Exception {
    assertThat(UntilFree.call(() -> heldUntil(3), AT_ONCE)).isEqualTo("free");
    assertThat(attempts).isEqualTo(3);
  }

  @Test
  void aTransferThatStaysHeldIsRefused() {
    assertThatThrownBy(() -> UntilFree.call(() -> heldUntil(4), AT_ONCE))
        .isInstanceOfSatisfying(
            HeldException.class,
            held ->
                assertThat(held.refusal())
                    .hasMessage("the transfer is still running")
                    .matches(Failure::isRefusal));
    assertThat(attempts).isEqualTo(3);
  }

  @Test
  void otherExceptionsAreThrownUnchanged() {
    IllegalArgumentException other = new IllegalArgumentException("not a transfer");
    assertThatThrownBy(
            () ->
                UntilFree.call(
                    () -> {
                      attempts++;
                      throw other;
                    },
                    AT_ONCE))
        .isSameAs(other);
    assertThat(attempts).isEqualTo(1);
  }
}

package dev.diagonal.internal.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class ReasonTest {

  @Test
  void isTheMessageOrElseTheClass() {
    assertThat(Reason.of(new IOException("disk full"))).isEqualTo("disk full");
    assertThat(Reason.of(new IOException())).isEqualTo("IOException");
  }

  @Test
  void comesFromTheRootCause() {
    Exception root = new IOException("disk full");
    assertThat(Reason.atRootOf(new IllegalStateException("failed", root))).isEqualTo("disk full");
  }

  @Test
  void addsWhatCausesAdd() {
    Exception cause = new IOException("disk full");
    Exception same = new IllegalStateException("write failed: disk full", cause);
    Exception other = new IllegalStateException("write failed", cause);
    assertThat(Reason.withCauses(same)).isEqualTo("write failed: disk full");
    assertThat(Reason.withCauses(other)).isEqualTo("write failed: disk full");
    assertThat(Reason.withCauses(new StackOverflowError())).contains("StackOverflowError");
  }
}

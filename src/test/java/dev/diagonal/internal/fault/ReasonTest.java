package dev.diagonal.internal.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import org.junit.jupiter.api.Test;

final class ReasonTest {

  @Test
  void isTheMessageOrElseTheClass() {
    assertThat(Reason.of(new IOException("disk full"))).isEqualTo("disk full");
    assertThat(Reason.of(new IOException())).isEqualTo("IOException");
  }

  @Test
  void namesWhatAFileNameCannotHave() {
    InvalidPathException unmappable =
        new InvalidPathException(
            "/tmp/é", "Malformed input or input contains unmappable characters");
    assertThat(Reason.of(unmappable))
        .startsWith("'/tmp/é' is not a valid path: it cannot be written in the character set of")
        .endsWith("set LC_ALL=C.UTF-8");
    assertThat(Reason.ofFile(new InvalidPathException("a", "Nul character not allowed")))
        .isEqualTo("Nul character not allowed");
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

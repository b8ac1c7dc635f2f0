package dev.diagonal.internal.jdbc.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.Retry;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.connection.RetriedTransaction;
import dev.diagonal.internal.jdbc.ledger.ProvenTransaction;
import dev.diagonal.internal.jdbc.schema.CommitCheck;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.testing.WarningsSeen;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Nothing listens on port 1. */
final class UnreachableWarningTest {

  private static final JdbcTarget NOBODY = JdbcTarget.at("jdbc:postgresql://127.0.0.1:1/db");
  private static final Retry QUICK =
      Retry.defaults().withDelays(Duration.ofMillis(1), Duration.ofMillis(2));

  private final List<String> warnings = new CopyOnWriteArrayList<>();

  @Test
  void launchersSayOnceThatTheyTryAgain() {
    try (WarningsSeen unused = WarningsSeen.into(warnings)) {
      assertThatThrownBy(
              () ->
                  RetriedTransaction.in(NOBODY, "look").withRetry(QUICK).run(connection -> "seen"))
          .hasMessageContaining("gave up after 8 attempts");
      assertWarnedOnce();
    }
  }

  @Test
  void publicationsSayOnceThatTheyTryAgain() {
    try (WarningsSeen unused = WarningsSeen.into(warnings);
        HeldConnection held = new HeldConnection(NOBODY)) {
      assertThatThrownBy(
              () ->
                  ProvenTransaction.call(
                      held, QUICK, CommitCheck.<String>unneeded(), connection -> "done"))
          .hasMessageContaining("gave up after 8 attempts");
      assertWarnedOnce();
    }
  }

  @Test
  void aSingleAttemptPromisesNothing() {
    try (WarningsSeen unused = WarningsSeen.into(warnings)) {
      assertThatThrownBy(
              () ->
                  RetriedTransaction.in(NOBODY, "look")
                      .withRetry(Retry.never())
                      .run(connection -> "seen"))
          .hasMessageContaining("refused");
      assertThat(warnings).isEmpty();
    }
  }

  private void assertWarnedOnce() {
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("no database server responds: Connection to 127.0.0.1:1 refused.")
        .endsWith(" Retrying for about 1 s");
  }
}

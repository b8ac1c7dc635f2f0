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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /**
   * The URL's limit of a second is the shortest; each attempt takes it. Without sslmode=disable,
   * PostgreSQL's driver may connect twice per attempt.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://127.0.0.1:%s/db?loginTimeout=1&sslmode=disable&gssEncMode=disable",
        "jdbc:mariadb://127.0.0.1:%s/db?connectTimeout=1000"
      })
  void silentServerIsNotTriedLongerThanAnnounced(String url) throws Exception {
    try (WarningsSeen unused = WarningsSeen.into(warnings);
        ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      JdbcTarget target = JdbcTarget.at(url.formatted(silent.getLocalPort()));
      assertThatThrownBy(
              () ->
                  RetriedTransaction.in(target, "look").withRetry(QUICK).run(connection -> "seen"))
          .hasMessageContaining("cannot look in ");
      assertThat(warnings)
          .singleElement()
          .asString()
          .startsWith("no database server responds: ")
          .matches(".* Retrying for about \\d+ s");
      assertThat(connectionsTo(silent)).isBetween(2, 4); // eight without a limit
    }
  }

  /** Returns how many connections a server has that accepts none of them. */
  private static int connectionsTo(ServerSocket silent) throws Exception {
    silent.setSoTimeout(100);
    int connections = 0;
    while (true) {
      try (Socket unused = silent.accept()) {
        connections++;
      } catch (SocketTimeoutException e) {
        return connections;
      }
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

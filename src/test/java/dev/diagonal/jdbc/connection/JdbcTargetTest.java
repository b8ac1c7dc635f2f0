package dev.diagonal.jdbc.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.fault.Secret;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcTargetTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://db:5432/ratings?password=hunter2&ssl=true",
        "jdbc:postgresql://me:hunter2@db:5432/ratings",
        "jdbc:other://db:5432/ratings;password=hunter2",
      })
  void showsNoPasswordOfItsUrl(String url) {
    assertThat(JdbcTarget.at(url).toString())
        .contains("://db:5432/ratings")
        .doesNotContain("hunter2");
  }

  @Test
  void showsTheUserButNotThePassword() {
    JdbcTarget target =
        JdbcTarget.at("jdbc:postgresql://db/ratings").withUser("me", new Secret("hunter2"));
    assertThat(target).hasToString("jdbc:postgresql://db/ratings as me");
  }

  @Test
  void travelsToWorkers() {
    JdbcTarget target =
        JdbcTarget.at("jdbc:postgresql://db/ratings").withUser("me", new Secret("hunter2"));
    assertThat(SerializableUtils.clone(target)).isEqualTo(target);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "postgresql://db/ratings", "jdbc:", "jdbc:postgresql:"})
  void refusesInvalidJdbcUrl(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcTarget.at(url))
        .withMessage(
            "url must look like jdbc:postgresql://host:5432/database, got %s".formatted(url));
  }

  @Test
  void refusesWithoutShowingThePassword() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcTarget.at("postgresql://me:hunter2@db/ratings?password=hunter2"))
        .withMessageContaining("got postgresql:…")
        .withMessageNotContaining("hunter2");
  }

  @Test
  void refusesBlankUserAndPasswordWithoutUser() {
    JdbcTarget target = JdbcTarget.at("jdbc:postgresql://db/ratings");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> target.withUser(" "))
        .withMessage("user must not be blank, got ' '");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new JdbcTarget(target.url(), null, new Secret("hunter2")))
        .withMessage("a password needs a user, got none");
  }
}

package dev.diagonal.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.write.Secret;
import java.util.List;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElasticsearchTargetTest {

  private static final ElasticsearchTarget TARGET =
      ElasticsearchTarget.at("https://es:9200", "movies");
  private static final Secret SECRET = new Secret("hunter2");

  @Test
  void showsNoSecret() {
    assertThat(TARGET.withUser("me", SECRET)).hasToString("https://es:9200/movies");
    assertThat(TARGET.withApiKey(SECRET)).hasToString("https://es:9200/movies");
  }

  @Test
  void travelsToWorkers() {
    ElasticsearchTarget target = TARGET.withApiKey(SECRET);
    assertThat(SerializableUtils.clone(target)).isEqualTo(target);
  }

  @Test
  void theLastKindOfAuthenticationStays() {
    assertThat(TARGET.withUser("me", SECRET).withApiKey(SECRET).user()).isNull();
    assertThat(TARGET.withApiKey(SECRET).withUser("me", SECRET).apiKey()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "es:9200",
        "ftp://es",
        "http://",
        "http://me:hunter2@es:9200",
        "http://es:9200?key=hunter2",
        "http://es/#hunter2"
      })
  void refusesUrlsThatAreNoneOrHoldMore(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TARGET.withUrls(List.of(url)))
        .withMessageStartingWith("url must look like http://host:port")
        .withMessageNotContaining("hunter2");
  }

  @Test
  void refusesNoUrlAndUrlsWithDifferentPaths() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TARGET.withUrls(List.of()))
        .withMessage("urls must not be empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TARGET.withUrls(List.of("http://a/x", "http://b/y")))
        .withMessage("all urls must have the same path, got http://a/x and http://b/y");
    assertThat(TARGET.withUrls(List.of("http://a", "http://b/")).path()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Movies", "-x", "_x", "+x", ".", "..", "a,b", "a*", "a b", "a/b", "a#"})
  void refusesWhatIsNoIndexName(String index) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ElasticsearchTarget.at("http://es", index))
        .withMessageStartingWith("index must be lower case")
        .withMessageEndingWith("got '" + index + "'");
  }

  @Test
  void refusesHalfAUserAndTwoKindsOfAuthentication() {
    List<String> urls = TARGET.urls();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ElasticsearchTarget(urls, "x", "me", null, null))
        .withMessage("user and password must be given together, got a user only");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ElasticsearchTarget(urls, "x", null, SECRET, null))
        .withMessage("user and password must be given together, got a password only");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ElasticsearchTarget(urls, "x", "me", SECRET, SECRET))
        .withMessage("either a user or an API key may be given, got both");
  }
}

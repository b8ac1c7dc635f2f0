package dev.diagonal.elasticsearch.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.beamio.ElasticsearchIoTarget;
import dev.diagonal.fault.Secret;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.elasticsearch.ElasticsearchIO.ConnectionConfiguration;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.http.Header;
import org.apache.http.message.BasicHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ElasticsearchTargetTest {

  private static final ElasticsearchTarget TARGET =
      ElasticsearchTarget.at("https://es:9200", "movies");
  private static final Secret SECRET = new Secret("hunter2");

  @Test
  void showsNoSecret() {
    ElasticsearchTarget target = TARGET.withHeader("X-Key", SECRET);
    for (ElasticsearchTarget one :
        List.of(
            target.withUser("me", SECRET),
            target.withApiKey(SECRET),
            target.withBearerToken(SECRET))) {
      assertThat(one).hasToString("https://es:9200/movies");
      assertThat(one.headers().toString()).contains("X-Key=***").doesNotContain("hunter2");
    }
  }

  @Test
  void travelsToWorkers() {
    ElasticsearchTarget target = TARGET.withApiKey(SECRET);
    assertThat(SerializableUtils.clone(target)).isEqualTo(target);
  }

  @Test
  void theLastKindOfAuthenticationStays() {
    assertThat(TARGET.withUser("me", SECRET).withApiKey(SECRET).headers())
        .containsExactly(Map.entry("Authorization", new Secret("ApiKey hunter2")));
    assertThat(TARGET.withApiKey(SECRET).withBearerToken(SECRET).headers())
        .containsExactly(Map.entry("Authorization", new Secret("Bearer hunter2")));
    assertThat(TARGET.withHeader("authorization", SECRET).withUser("me", SECRET).headers())
        .containsExactly(Map.entry("Authorization", new Secret("Basic bWU6aHVudGVyMg==")));
  }

  @Test
  void takesBeamsOwnConfiguration() {
    ConnectionConfiguration beam =
        ConnectionConfiguration.create(new String[] {"https://a:1", "https://b:2/"}, "movies")
            .withPathPrefix("/search");
    ElasticsearchTarget target =
        new ElasticsearchTarget(
            List.of("https://a:1/search", "https://b:2/search"), "movies", Map.of(), null);
    assertThat(ElasticsearchIoTarget.of(beam)).isEqualTo(target);
    Header[] headers = {new BasicHeader("X-Tenant", "hunter2")};
    assertThat(ElasticsearchIoTarget.of(beam.withDefaultHeaders(headers)))
        .isEqualTo(target.withHeader("X-Tenant", SECRET));
    assertThat(ElasticsearchIoTarget.of(beam.withUsername("me").withPassword("hunter2")))
        .isEqualTo(target.withUser("me", SECRET));
    assertThat(ElasticsearchIoTarget.of(beam.withApiKey("hunter2")))
        .isEqualTo(target.withApiKey(SECRET));
    assertThat(ElasticsearchIoTarget.of(beam.withBearerToken("hunter2")))
        .isEqualTo(target.withBearerToken(SECRET));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ElasticsearchIoTarget.of(beam.withTrustSelfSignedCerts(true)))
        .withMessageStartingWith("trustSelfSignedCerts trusts every server");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ElasticsearchIoTarget.of(
                    ConnectionConfiguration.create(new String[] {"http://a:1"})))
        .withMessage("the connection configuration must name an index");
  }

  @Test
  void refusesHeadersAndCertificatesThatAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TARGET.withHeader("a b", SECRET))
        .withMessage("invalid header name: 'a b'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TARGET.withApiKey(new Secret("hunter2\nX: y")))
        .withMessage("the value of the header Authorization has a line break");
    for (String none : List.of("", "hunter2", "-----BEGIN CERTIFICATE-----\nhunter2")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> TARGET.withCaCertificates(none))
          .withMessageStartingWith("caCertificates must contain")
          .withMessageNotContaining("hunter2");
    }
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
        .withMessageStartingWith("the URL of Elasticsearch ")
        .withMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @CsvSource({
    "http://[::1]:9200, http://[::1]:9200, http://[::1]:9200/movies",
    "http://[::1], http://[::1], http://[::1]/movies",
    "https://es_1:9200/, https://es_1:9200, https://es_1:9200/movies",
    "http://es/search/, http://es, http://es/search/movies"
  })
  void takesAddressesOfAllForms(String url, String host, String shown) {
    ElasticsearchTarget target = TARGET.withUrls(List.of(url));
    assertThat(target.hosts()).singleElement().hasToString(host);
    assertThat(target).hasToString(shown);
  }

  @Test
  void encodesTheIndexInPaths() {
    assertThat(TARGET.withIndex("a%2eb+ü").request("GET", "/_mapping").getEndpoint())
        .isEqualTo("/a%252eb%2B%C3%BC/_mapping");
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
  void refusesInvalidIndexName(String index) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ElasticsearchTarget.at("http://es", index))
        .withMessageStartingWith("index must be lower case")
        .withMessageEndingWith("got '" + index + "'");
  }
}

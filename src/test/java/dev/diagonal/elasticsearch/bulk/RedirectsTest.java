package dev.diagonal.elasticsearch.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.elasticsearch.FaultyProxy;
import dev.diagonal.elasticsearch.Ignoring;
import dev.diagonal.elasticsearch.TestAuthority;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.fault.Secret;
import dev.diagonal.internal.donors.DonationReport;
import dev.diagonal.internal.elasticsearch.bulk.BulkWriter;
import dev.diagonal.internal.elasticsearch.index.IndexFields;
import dev.diagonal.internal.elasticsearch.index.LoadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that sends clients elsewhere must not make them take their credentials there. */
final class RedirectsTest {

  private ScriptedHttpServer door;
  private ScriptedHttpServer stranger;

  @BeforeEach
  void start() throws IOException {
    door = new ScriptedHttpServer();
    stranger = new ScriptedHttpServer();
  }

  @AfterEach
  void stop() {
    door.close();
    stranger.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void keepsCredentialsFromOtherHosts(int status) {
    stranger.answers(200, "{}");
    ElasticsearchTarget target = knockingAt(door.url());
    for (Call call : CALLS) {
      door.redirects(status, stranger.url() + "/private?token=hunter3");
      assertThatThrownBy(() -> call.on(target))
          .hasStackTraceContaining("HTTP " + status)
          .hasStackTraceContaining(
              "to " + stranger.url() + "; redirects are not followed; use the URL")
          .satisfies(fault -> assertThat(fault.getMessage()).doesNotContain("hunter"));
    }
    assertThat(door.asked()).hasSize(CALLS.size());
    assertThat(stranger.asked()).isEmpty();
  }

  @Test
  void keepsCredentialsFromPlainHttp(@TempDir Path directory) throws Exception {
    TestAuthority authority = TestAuthority.in(directory);
    stranger.answers(200, "{}");
    try (FaultyProxy safe = FaultyProxy.secured(door.url(), "ApiKey hunter2", authority.server())) {
      door.redirects(302, stranger.url());
      ElasticsearchTarget target = knockingAt(safe.tlsUrl()).withCaCertificates(authority.pem());
      assertThatThrownBy(() -> LoadMode.begin(target)).hasStackTraceContaining("HTTP 302");
    }
    assertThat(door.asked()).hasSize(1);
    assertThat(stranger.asked()).isEmpty();
  }

  @Test
  void theReportFollowsNoRedirect() {
    door.redirects(302, stranger.url());
    assertThatThrownBy(() -> DonationReport.of(door.url(), "donors"))
        .hasMessageContaining("answered 302");
    assertThat(stranger.asked()).isEmpty();
  }

  private static ElasticsearchTarget knockingAt(String url) {
    return ElasticsearchTarget.at(url, "movies").withApiKey(new Secret("hunter2"));
  }

  private interface Call {
    void on(ElasticsearchTarget target) throws Exception;
  }

  /** Everything of ours that sends requests to Elasticsearch. */
  private static final List<Call> CALLS =
      List.of(
          target -> IndexTemplate.of("{\"properties\":{}}").createIfMissing(target),
          target -> IndexFields.add(target, "{\"properties\":{}}"),
          RefreshIndex::of,
          LoadMode::begin,
          target -> {
            try (BulkWriter<String> writer =
                BulkWriter.open(BulkSettings.of(target), Ignoring.INSTANCE)) {
              writer.accept(Document.of("1", "{}"), "");
              writer.flush();
            }
          });
}

package dev.diagonal.internal.elasticsearch.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.bulk.ScriptedHttpServer;
import dev.diagonal.pipelines.local.LocalElasticsearch;
import dev.diagonal.testing.ElasticsearchExtension;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.Http;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** The settings of an index survive the runs that change them, however these end. */
@ExtendWith(ElasticsearchExtension.class)
final class LoadModeIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration RENEWAL = Duration.ofMillis(100);
  private static final Duration EXPIRY = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private ElasticsearchTarget target;
  private String url;

  @BeforeEach
  void createIndex(LocalElasticsearch elasticsearch, TestInfo test) {
    String index =
        test.getTestMethod()
            .orElseThrow()
            .getName()
            .replaceAll("([A-Z])", "-$1")
            .toLowerCase(Locale.ROOT);
    target = ElasticsearchTarget.at(elasticsearch.url(), index);
    url = elasticsearch.url() + "/" + index;
    Http.send(
        "PUT",
        url,
        """
        {"mappings": {"_meta": {"owner": "me", "diagonal": {"note": "mine"}}},
          "settings": {"number_of_replicas": 2, "refresh_interval": "7s"}}""");
  }

  @Test
  void nextRunRestoresSettingsOfKilledRun() throws Exception {
    LoadModeJvm killed = LoadModeJvm.start(target);
    killed.close();
    assertLoaded();

    LoadMode next = LoadMode.begin(target, RENEWAL, EXPIRY);
    assertLoaded();
    next.restore();

    assertRestored();
  }

  @Test
  void refusesARecordOfAnotherProgram() throws Exception {
    for (String theirs :
        List.of(
            "'mine'", "[1]", "{'loads': [1, 2]}", "{'loads': {}}", "{'loads': {'before': 1}}")) {
      String mapping =
          "{'_meta': {'owner': 'me', 'diagonal': %s}}".formatted(theirs).replace('\'', '"');
      Http.send("PUT", url + "/_mapping", mapping);
      assertThatThrownBy(() -> LoadMode.begin(target, RENEWAL, EXPIRY))
          .as(theirs)
          .hasMessageContaining(
              "cannot be loaded in bulk load mode: _meta.diagonal of its mapping");
      assertThat(JSON.readTree(Http.get(url + "/_mapping")).path(target.index()).path("mappings"))
          .isEqualTo(JSON.readTree(mapping));
      assertThat(Http.get(url + "/_settings?flat_settings=true"))
          .contains("\"index.number_of_replicas\":\"2\"", "\"index.refresh_interval\":\"7s\"");
    }
  }

  @Test
  void reportsIndexLeftByKilledRun() throws Exception {
    assertThat(LeftLoadMode.warning(target, RENEWAL)).isNull();
    LoadModeJvm.start(target).close();

    assertThat(LeftLoadMode.warning(target, RENEWAL))
        .contains(
            "index " + target.index() + " is still in bulk load mode",
            "{\"index.number_of_replicas\":\"2\",\"index.refresh_interval\":\"7s\"}");

    LoadMode alive = LoadMode.begin(target, RENEWAL, EXPIRY);
    assertThat(LeftLoadMode.warning(target, PATIENCE)).isNull();
    alive.restore();
    assertThat(LeftLoadMode.warning(target, RENEWAL)).isNull();
  }

  @Test
  void theLastOfTwoRunsRestoresTheSettings() throws Exception {
    Duration renewal = Duration.ofSeconds(1);
    LoadMode first = LoadMode.begin(target, renewal, PATIENCE);
    LoadMode second = LoadMode.begin(target, renewal, PATIENCE);
    first.restore();
    assertLoaded();
    second.restore();
    assertRestored();
  }

  @Test
  void doesNotWaitLongForKilledRun() throws Exception {
    try (LoadModeJvm other = LoadModeJvm.start(target)) {
      LoadMode mode = LoadMode.begin(target, RENEWAL, EXPIRY);
      other.close();
      mode.restore();
      assertRestored();
    }
  }

  @Test
  void racingRunsNeverLoseTheSettings() throws Exception {
    int runs = 4;
    ExecutorService threads = Executors.newFixedThreadPool(runs);
    try {
      for (int round = 0; round < 6; round++) {
        CyclicBarrier start = new CyclicBarrier(runs);
        List<Future<Boolean>> ended = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
          Random random = new Random(round * 10L + run);
          Callable<Boolean> load =
              () -> {
                start.await();
                LoadMode mode = LoadMode.begin(target, RENEWAL, EXPIRY);
                LockSupport.parkNanos(random.nextLong(200_000_000)); // runs end in any order
                mode.restore();
                return true;
              };
          ended.add(threads.submit(load));
        }
        for (Future<Boolean> run : ended) {
          assertThat(run.get()).isTrue();
        }
        assertRestored();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void anEntryThatGotLostIsWrittenAgain() throws Exception {
    LoadMode mode = LoadMode.begin(target, RENEWAL, EXPIRY);
    Http.send("PUT", url + "/_mapping", "{\"_meta\":{\"owner\":\"me\"}}");
    assertThat(Eventually.within(PATIENCE, () -> meta().path("diagonal").has("loads"))).isTrue();
    mode.restore();
    assertThat(settings()).contains("\"2\"", "\"7s\"");
    assertThat(meta().path("diagonal").has("loads")).isFalse();
  }

  @Test
  void aSettingChangedDuringTheLoadStays() throws Exception {
    LoadMode mode = LoadMode.begin(target, RENEWAL, EXPIRY);
    Http.send("PUT", url + "/_settings", "{\"index.number_of_replicas\":3}");
    mode.restore();
    assertThat(settings()).contains("\"3\"", "\"7s\"");
  }

  @Test
  void isRefusedWhereTheMappingMayNotChange() {
    Http.send("PUT", url + "/_settings", "{\"index.blocks.read_only\":true}");
    assertThatThrownBy(() -> LoadMode.begin(target, RENEWAL, EXPIRY))
        .hasMessageStartingWith(
            "index %s cannot be loaded in bulk load mode: HTTP 403, cluster_block_exception: "
                .formatted(target.index()));
    Http.send("PUT", url + "/_settings", "{\"index.blocks.read_only\":null}");
    assertRestored();
  }

  @Test
  void saysWhichPrivilegeIsMissing() throws Exception {
    try (ScriptedHttpServer server = new ScriptedHttpServer()) {
      server.answers(200, "{\"movies\":{}}").answers(200, "{\"movies\":{}}");
      server.answers(403, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no\"}}");
      assertThatThrownBy(() -> LoadMode.begin(ElasticsearchTarget.at(server.url(), "movies")))
          .hasMessageContaining("grant the privilege 'manage' on the index");
      assertThat(server.asked()).last().extracting("uri").isEqualTo("/movies/_mapping");
    }
  }

  private void assertLoaded() {
    assertThat(settings())
        .contains("\"index.number_of_replicas\":\"0\"", "\"index.refresh_interval\":\"-1\"");
  }

  private void assertRestored() {
    assertThat(settings())
        .contains("\"index.number_of_replicas\":\"2\"", "\"index.refresh_interval\":\"7s\"");
    assertThat(meta())
        .isEqualTo(
            JSON.createObjectNode()
                .put("owner", "me")
                .set("diagonal", JSON.createObjectNode().put("note", "mine")));
  }

  private String settings() {
    return Http.get(url + "/_settings?flat_settings");
  }

  private JsonNode meta() {
    try {
      return JSON.readTree(Http.get(url + "/_mapping"))
          .path(target.index())
          .path("mappings")
          .path("_meta");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

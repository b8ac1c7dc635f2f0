package dev.diagonal.internal.elasticsearch.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Retry;
import dev.diagonal.testing.WarningsSeen;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.elasticsearch.client.Request;
import org.junit.jupiter.api.Test;

final class SilentElasticsearchTest {

  private static final Duration LIMIT = Duration.ofMillis(1_500);
  private static final Retry QUICK =
      Retry.defaults().withDelays(Duration.ofMillis(1), Duration.ofMillis(2));

  @Test
  void isNotTriedLongerThanAnnounced() throws Exception {
    List<String> warnings = new CopyOnWriteArrayList<>();
    AtomicInteger attempts = new AtomicInteger();
    try (WarningsSeen unused = WarningsSeen.into(warnings);
        ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      ElasticsearchTarget target = ElasticsearchTarget.at(url, "movies");
      try (ElasticsearchConnection connection =
          new ElasticsearchConnection(target, LIMIT, false, 1)) {
        assertThatThrownBy(
                () ->
                    QUICK.call(
                        () -> {
                          attempts.incrementAndGet();
                          return connection.perform(new Request("HEAD", "/movies"));
                        },
                        ElasticsearchFaults.retryable(QUICK, target)))
            .hasMessageContaining("no complete response");
      }
      assertThat(warnings)
          .singleElement()
          .asString()
          .startsWith("no Elasticsearch server responds at " + url);
    }
    assertThat(attempts.get()).isBetween(2, 4); // eight without a limit
  }
}

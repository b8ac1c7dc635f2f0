package dev.diagonal.pipelines.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.diagonal.fault.Retry;
import dev.diagonal.pipelines.flink.LostJobException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.client.JobSubmissionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class FollowedJobTest {

  private static final JobID ID = new JobID(1, 2);
  private static final Retry THRICE = new Retry(3, Duration.ZERO, Duration.ZERO);
  private static final RuntimeException CUT =
      new IllegalStateException(new JobSubmissionException(ID, "connection closed"));

  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer cluster;
  private int[] statuses = {};

  @BeforeEach
  void listen() throws IOException {
    cluster = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    cluster.createContext("/jobs/" + ID, this::answer);
    cluster.start();
  }

  @AfterEach
  void stop() {
    cluster.stop(0);
  }

  @Test
  void aJobThatTheClusterHasIsFollowed() {
    statuses = new int[] {200};
    assertThat(FollowedJob.after(CUT, rest(), THRICE)).isPresent();
  }

  @Test
  void doesNotFollowJobUnknownToCluster() {
    statuses = new int[] {404, 200};
    assertThat(FollowedJob.after(CUT, rest(), THRICE)).isEmpty();
    assertThat(asked).hasValue(1);
  }

  @Test
  void asksAgainWhenClusterDoesNotAnswer() {
    statuses = new int[] {503, 500, 200};
    assertThat(FollowedJob.after(CUT, rest(), THRICE)).isPresent();
    assertThat(asked).hasValue(3);
  }

  @Test
  void reportsJobAsLostWithoutAnswer() {
    statuses = new int[] {503, 503, 503, 200};
    assertThatThrownBy(() -> FollowedJob.after(CUT, rest(), THRICE))
        .isInstanceOf(LostJobException.class)
        .hasCause(CUT)
        .hasMessage(
            "lost sight of job %s of the cluster at %s, which may still run".formatted(ID, rest()));
    assertThat(asked).hasValue(3);
  }

  @Test
  void unreachableClustersAreAskedOnce() {
    RuntimeException refused =
        new IllegalStateException(
            new JobSubmissionException(ID, "refused", new ConnectException("refused")));
    statuses = new int[] {503, 200};
    assertThat(FollowedJob.after(refused, rest(), THRICE)).isEmpty();
    assertThat(FollowedJob.after(refused, rest(), THRICE)).isPresent();
    assertThat(asked).hasValue(2);
  }

  @Tag("large") // Flink's own client asks for a minute
  @Test
  void unknownJobIsLostAndNotFailed() {
    statuses = new int[] {200, 404};
    FollowedJob job = FollowedJob.after(CUT, rest(), THRICE).orElseThrow();
    assertThatThrownBy(job::waitUntilFinish)
        .isInstanceOf(LostJobException.class)
        .hasMessageStartingWith("lost sight of job " + ID);
    assertThat(job.getState()).isEqualTo(State.RUNNING);
  }

  @Test
  void anotherFailureIsNotAskedAbout() {
    assertThat(FollowedJob.after(new IllegalStateException("odd"), rest(), THRICE)).isEmpty();
    assertThat(asked).hasValue(0);
  }

  private String rest() {
    return "127.0.0.1:" + cluster.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = "{}".getBytes(UTF_8);
      exchange.sendResponseHeaders(statuses[asked.getAndIncrement()], body.length);
      exchange.getResponseBody().write(body);
    }
  }
}

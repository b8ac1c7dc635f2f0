package dev.diagonal.pipelines.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FlinkSubmissionTest {

  @ParameterizedTest
  @CsvSource({"flink,flink:8081", "flink:1234,flink:1234", "http://flink:1234,flink:1234"})
  void aMasterThatIsNamedIsACluster(String master, String rest) {
    FlinkSubmission submission = FlinkSubmission.to(master);
    assertThat(submission.rest()).contains(rest);
    assertThat(submission.isToCluster()).isTrue();
    assertThat(submission.detached()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[auto]", "[local]", "[collection]"})
  void staysInThisJvmUnlessFlinkRunCalled(String master) {
    FlinkSubmission submission = FlinkSubmission.to(master);
    assertThat(submission.isToCluster()).isFalse();
    assertThat(submission.byFlinkRun()).isFalse();
  }
}

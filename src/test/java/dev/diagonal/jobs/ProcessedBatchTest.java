package dev.diagonal.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

class ProcessedBatchTest {

  @Test
  void theCoderKeepsEveryField() throws Exception {
    CoderProperties.coderDecodeEncodeEqual(
        ProcessedBatch.coder(), new ProcessedBatch(1L << 40, 2, 3L << 41, 4L << 42, 5L << 43));
    CoderProperties.coderDecodeEncodeEqual(
        ProcessedBatch.coder(), new ProcessedBatch(Long.MAX_VALUE, Integer.MAX_VALUE, 0, 0, 0));
    assertThat(
            CoderUtils.encodeToByteArray(ProcessedBatch.coder(), new ProcessedBatch(1, 2, 3, 4, 5)))
        .containsExactly(1, 2, 3, 4, 5);
  }
}

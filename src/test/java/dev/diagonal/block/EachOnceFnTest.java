package dev.diagonal.block;

import dev.diagonal.testing.Runner;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;

class EachOnceFnTest {

  @Test
  void aNameThatComesAgainIsPassedOver() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    TestStream<KV<String, Long>> files =
        TestStream.create(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
            .addElements(KV.of("a", 1L), KV.of("b", 2L), KV.of("a", 1L))
            .advanceProcessingTime(Duration.standardDays(1))
            .addElements(KV.of("b", 5L), KV.of("c", 3L))
            .advanceWatermarkToInfinity();
    PAssert.that(pipeline.apply(files).apply(ParDo.of(new EachOnceFn())))
        .containsInAnyOrder(KV.of("a", 1L), KV.of("b", 2L), KV.of("c", 3L));
    pipeline.run().waitUntilFinish();
  }
}

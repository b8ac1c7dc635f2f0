package dev.diagonal.files;

import dev.diagonal.files.stored.InputFile;
import dev.diagonal.testing.Runner;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;

class EachOnceFnTest {

  @Test
  void skipsRepeatedName() {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    TestStream<KV<String, InputFile>> files =
        TestStream.create(KvCoder.of(StringUtf8Coder.of(), InputFile.coder()))
            .addElements(file("a", 1), file("b", 2), file("a", 1))
            .advanceProcessingTime(Duration.standardDays(1))
            .addElements(file("b", 5), file("c", 3))
            .advanceWatermarkToInfinity();
    PAssert.that(pipeline.apply(files).apply(ParDo.of(new EachOnceFn())))
        .containsInAnyOrder(file("a", 1), file("b", 2), file("c", 3));
    pipeline.run().waitUntilFinish();
  }

  private static KV<String, InputFile> file(String name, long bytes) {
    return KV.of(name, InputFile.of(name, bytes, InputFile.UNKNOWN_TIME));
  }
}

package dev.diagonal.internal.csv;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.files.LineConsumer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReadCsvTest {

  @Test
  void readsRecordsOfManyMebibytes(@TempDir Path directory) throws Exception {
    int length = 5 << 20;
    Path file =
        Files.writeString(directory.resolve("a.csv"), "short\n" + "x".repeat(length) + "\nend\n");
    TestPipeline pipeline = TestPipeline.create();
    pipeline.enableAbandonedNodeEnforcement(false);
    PAssert.that(
            pipeline.apply(
                ReadCsv.from(
                    List.of(file.toString()), CsvDialect.RFC_4180, Lengths::new, VarIntCoder.of())))
        .containsInAnyOrder(5, length, 3);
    pipeline.run().waitUntilFinish();
  }

  /** Emits the length of each record. */
  private static final class Lengths implements RecordConsumer<Integer> {

    @Override
    public void open(String file) {}

    @Override
    public @Nullable String accept(CsvReader record, LineConsumer.Output<Integer> output) {
      output.emit(record.fields().end(0) - record.fields().start(0));
      return null;
    }

    @Override
    public void finish(LineConsumer.Output<Integer> output) {}
  }
}

package dev.diagonal.write;

import dev.diagonal.block.Block;
import dev.diagonal.grid.Cell;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.CoderProperties;
import org.junit.jupiter.api.Test;

final class DealtTest {

  private static final BatchWritten BATCH =
      new BatchWritten(new Cell(3, 300), 61, 70_000, new Written("table edges", 1_000, 3, 12_345));

  private static final Coder<Dealt<String>> CODER = Dealt.coder(StringUtf8Coder.of());

  @Test
  void bothKindsComeBackAsTheyWere() throws Exception {
    CoderProperties.coderDecodeEncodeEqual(CODER, new Dealt.Done<>(BATCH));
    CoderProperties.coderDecodeEncodeEqual(
        CODER, new Dealt.Leftover<>(0, new Block<>(List.of("a", "", "b"))));
    CoderProperties.coderDecodeEncodeEqual(
        CODER, new Dealt.Leftover<>(4095, new Block<>(List.of())));
    CoderProperties.coderSerializable(CODER);
  }

  @Test
  void anAccountComesBackAsItWas() throws Exception {
    CoderProperties.coderDecodeEncodeEqual(BatchWritten.coder(), BATCH);
    CoderProperties.coderConsistentWithEquals(
        BatchWritten.coder(),
        BATCH,
        new BatchWritten(new Cell(300, 3), 61, 70_000, BATCH.written()));
  }
}

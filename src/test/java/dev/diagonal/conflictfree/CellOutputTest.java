package dev.diagonal.conflictfree;

import dev.diagonal.block.Block;
import dev.diagonal.grid.Cell;
import dev.diagonal.metrics.Written;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.testing.CoderProperties;
import org.junit.jupiter.api.Test;

final class CellOutputTest {

  private static final BatchWritten BATCH =
      new BatchWritten(new Cell(3, 300), 61, 70_000, new Written("table edges", 1_000, 3, 12_345));

  private static final Coder<CellOutput<String>> CODER = CellOutput.coder(StringUtf8Coder.of());

  @Test
  void bothKindsComeBackAsTheyWere() throws Exception {
    CoderProperties.coderDecodeEncodeEqual(CODER, new CellOutput.Done<>(BATCH));
    CoderProperties.coderDecodeEncodeEqual(
        CODER, new CellOutput.Leftover<>(0, new Block<>(List.of("a", "", "b"))));
    CoderProperties.coderDecodeEncodeEqual(
        CODER, new CellOutput.Leftover<>(4095, new Block<>(List.of())));
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

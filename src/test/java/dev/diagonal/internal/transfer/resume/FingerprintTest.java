package dev.diagonal.internal.transfer.resume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowType;
import dev.diagonal.transfer.source.RowBlockReader;
import dev.diagonal.transfer.source.SourceRange;
import dev.diagonal.transfer.source.TransferSource;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FingerprintTest {

  /** A source of two ranges that cannot be read. */
  private static final class Ranges implements TransferSource {

    @Override
    public RowType blockType() {
      return new RowType(List.of(new Field("a", FieldType.TEXT)));
    }

    @Override
    public RowType declared() {
      return blockType();
    }

    @Override
    public boolean readsBytes() {
      return true;
    }

    @Override
    public long bytes() {
      return 30;
    }

    @Override
    public String describe() {
      return "ranges";
    }

    @Override
    public List<SourceRange> ranges() {
      return List.of(
          new SourceRange(0, "/data/a.csv", 0, 20), new SourceRange(1, "/data/ä.csv", 0, 10));
    }

    @Override
    public RowBlockReader open(SourceRange range, int blockRows) {
      throw new UnsupportedOperationException();
    }
  }

  /** An interrupted transfer of an earlier version is continued only if these stay the same. */
  @Test
  void hashesOfEarlierVersionsStayTheSame() throws Exception {
    assertThat(Fingerprint.of("rows")).isEqualTo("f94ea19d3be40dd4904e5128ead9de0a");
    assertThat(Fingerprint.of(new Ranges()).hash()).hasToString("9ffa23652f8c45ca7f7e683a3f77597a");
    assertThat(Fingerprint.ofFiles(new Ranges())).isEqualTo("50eb383fdee8695cc34827b30d48f9cc");
  }
}

package dev.diagonal.internal.transfer.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.rows.RowBlock;
import dev.diagonal.rows.RowOrigin;
import dev.diagonal.rows.RowType;
import dev.diagonal.transfer.mapping.Mapping;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConversionTest {

  private static final RowType NUMBERS = new RowType(List.of(new Field("n", FieldType.BIGINT)));

  private static RowBlock block(RowOrigin origin, int from, int to) {
    RowBlock block = new RowBlock(NUMBERS, to - from, origin);
    for (int n = from; n < to; n++) {
      block.setWord(0, n);
      block.endRow();
    }
    return block;
  }

  @Test
  void whatAFilterLeavesOfManyBlocksIsJoined() throws Exception {
    Mapping few = new Mapping(List.of(), List.of("n >= 3990", "n != 3995"), null, List.of());
    Conversion conversion =
        new Conversion(new ConversionPlan(NUMBERS, NUMBERS, few, false, false), 5);
    RowOrigin origin = RowOrigin.of("numbers");
    List<Integer> sizes = new ArrayList<>();
    List<Long> left = new ArrayList<>();
    BlockConverter.Output output =
        made -> {
          sizes.add(made.rows());
          for (int row = 0; row < made.rows(); row++) {
            left.add(made.word(row, 0));
          }
        };

    for (int from = 0; from < 4_000; from += 2) {
      conversion.convert(block(origin, from, from + 2), output, line -> {});
    }
    conversion.finish(output, line -> {});

    assertThat(left).containsExactly(3990L, 3991L, 3992L, 3993L, 3994L, 3996L, 3997L, 3998L, 3999L);
    // Two thousand blocks go in, and two are emitted.
    assertThat(sizes).containsExactly(5, 4);
  }
}

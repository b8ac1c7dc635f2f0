package dev.diagonal.internal.rows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RowBlockTest {

  private static final RowType TYPE =
      new RowType(
          List.of(
              new Field("text", FieldType.TEXT),
              new Field("number", FieldType.BIGINT),
              new Field("more", FieldType.TEXT)));

  /** Blocks that follow one another hold what is put into them, however their sizes differ. */
  @Property(seed = "1", tries = 300)
  void followingBlocksHoldTheirOwnRows(@ForAll long seed) {
    Random random = new Random(seed);
    RowOrigin origin = RowOrigin.of("a");
    RowBlock block = new RowBlock(TYPE, 200, origin);
    for (int i = 0; i < 4; i++) {
      int rows = random.nextInt(3) == 0 ? 0 : random.nextInt(201);
      int longest = 1 << random.nextInt(9);
      long values = random.nextLong();
      fill(block, rows, longest, new Random(values));
      assertThat(block.rows()).isEqualTo(rows);
      assertThat(block.isFull()).isEqualTo(rows == 200);
      assertHolds(block, longest, new Random(values));
      origin = RowOrigin.of("block " + i);
      block = block.following(origin);
      assertThat(block.rows()).isZero();
      assertThat(block.origin()).isSameAs(origin);
      assertThat(block.type()).isSameAs(TYPE);
    }
  }

  private static void fill(RowBlock block, int rows, int longest, Random random) {
    for (int row = 0; row < rows; row++) {
      for (int column : new int[] {0, 2}) {
        String text = text(random, longest);
        if (text.isEmpty()) {
          block.setNull(column);
        } else {
          block.setText(column, text);
        }
      }
      block.setWord(1, random.nextLong());
      block.endRow(row, 2L * row);
    }
  }

  private static void assertHolds(RowBlock block, int longest, Random random) {
    for (int row = 0; row < block.rows(); row++) {
      for (int column : new int[] {0, 2}) {
        String text = text(random, longest);
        assertThat(block.isNull(row, column)).isEqualTo(text.isEmpty());
        assertThat(block.text(row, column)).isEqualTo(text);
      }
      assertThat(block.word(row, 1)).isEqualTo(random.nextLong());
      assertThat(block.offset(row)).isEqualTo(row);
      assertThat(block.line(row)).isEqualTo(2L * row);
    }
  }

  private static String text(Random random, int longest) {
    return "abcdefgh".repeat(longest).substring(0, random.nextInt(longest));
  }
}

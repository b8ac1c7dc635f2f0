package dev.diagonal.internal.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CsvFormatterTest {

  private static final CsvFormatter UNQUOTED = new CsvFormatter(",", CsvDialect.NONE, "\n");

  private static RowBlock row(@Nullable String... texts) {
    Field[] fields = new Field[texts.length];
    for (int i = 0; i < texts.length; i++) {
      fields[i] = new Field("c" + i, FieldType.TEXT);
    }
    RowBlock block = new RowBlock(new RowType(List.of(fields)), 1, RowOrigin.of("texts"));
    for (int i = 0; i < texts.length; i++) {
      String text = texts[i];
      if (text == null) {
        block.setNull(i);
      } else {
        block.setText(i, text);
      }
    }
    block.endRow();
    return block;
  }

  @Test
  void refusesTextsThatNeedQuotesWithoutThem() {
    for (String text : List.of("", "a,b", "a\nb", "a\rb")) {
      assertThat(UNQUOTED.problem(row("x", text), 0)).contains("c1", "needs quotes");
      assertThat(CsvFormatter.RFC_4180.problem(row("x", text), 0)).isNull();
    }
    assertThat(UNQUOTED.problem(row("x", null, "a \"b\""), 0)).isNull();
    RowType odd = new RowType(List.of(new Field("a,b", FieldType.TEXT)));
    assertThatThrownBy(() -> UNQUOTED.putHeader(odd, new ByteBuilder(16)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a,b' needs quotes");
  }

  @Test
  void refusesNullTextsInOnlyColumn() {
    assertThat(CsvFormatter.RFC_4180.problem(row((String) null), 0)).contains("c0", "is null");
    assertThat(CsvFormatter.RFC_4180.problem(row(""), 0)).isNull();
    assertThat(CsvFormatter.RFC_4180.problem(row(null, null), 0)).isNull();
    RowType numbers = new RowType(List.of(new Field("n", FieldType.BIGINT)));
    RowBlock block = new RowBlock(numbers, 1, RowOrigin.of("numbers"));
    block.setNull(0);
    block.endRow();
    assertThat(CsvFormatter.RFC_4180.problem(block, 0)).isNull();
  }
}

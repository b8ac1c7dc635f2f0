package dev.diagonal.internal.transfer.receipt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CanonicalTest {

  private static RowBlock block(FieldType type) {
    return new RowBlock(new RowType(List.of(new Field("value", type))), 10, RowOrigin.of("a test"));
  }

  private static String text(FieldType type, Canonical kind, String value, int length) {
    RowBlock block = block(type);
    block.setText(0, value);
    block.endRow();
    ByteBuilder out = new ByteBuilder(16);
    kind.put(block, 0, 0, length, out);
    byte[] bytes = out.toByteArray();
    assertThat(bytes[0]).isEqualTo((byte) 1);
    assertThat(bytes.length - 5).isEqualTo(bytes[3] * 256 + (bytes[4] & 255));
    return new String(bytes, 5, bytes.length - 5, UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1.0, 1",
    "-0.500, -0.5",
    "0, 0",
    "-0.00, 0",
    "007.10, 7.1",
    "+3, 3",
    ".5, 0.5",
    "12., 12",
    "1000, 1000",
    "1e3, 1000",
    "1.5E-3, 0.0015",
    "0.10, 0.1",
    "nan, NaN",
    "-inf, -Infinity",
    "Infinity, Infinity"
  })
  void numbersHaveOneForm(String number, String canonical) {
    assertThat(text(FieldType.DECIMAL, Canonical.NUMBER, number, 0)).isEqualTo(canonical);
  }

  @Test
  void wholeNumbersAreDecimalsWithoutFraction() {
    RowBlock block = block(FieldType.BIGINT);
    block.setWord(0, Long.MIN_VALUE);
    block.endRow();
    ByteBuilder out = new ByteBuilder(16);
    Canonical.NUMBER.put(block, 0, 0, 0, out);

    assertThat(new String(out.toByteArray(), 5, out.size() - 5, UTF_8))
        .isEqualTo(text(FieldType.DECIMAL, Canonical.NUMBER, "-9223372036854775808.00", 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"b\": 1.50, \"a\": [ 1e2, null , true]} | {\"a\":[100,null,true],\"b\":1.5}",
        "{\"a\": 1, \"a\": 2} | {\"a\":2}",
        "{\"\uffee\": 1, \"\ud83d\ude00\": 2} | {\"\uffee\":1,\"\ud83d\ude00\":2}",
        "\"\\u0041\\u0001\\/\\n\" | \"A\\u0001/\\n\"",
        "{ } | {}",
        "-0.0 | 0"
      })
  void jsonHasOneForm(String json, String canonical) {
    assertThat(text(FieldType.JSON, Canonical.JSON, json, 0)).isEqualTo(canonical);
  }

  @Test
  void charactersArePaddedToTheirLength() {
    assertThat(text(FieldType.TEXT, Canonical.PADDED, "é", 3)).isEqualTo("é  ");
    assertThat(text(FieldType.TEXT, Canonical.PADDED, "ab   ", 3)).isEqualTo("ab ");
    assertThat(text(FieldType.TEXT, Canonical.TEXT, "ab ", 3)).isEqualTo("ab ");
  }

  private static byte[] floating(FieldType type, Canonical kind, double value) {
    RowBlock block = block(type);
    block.setDouble(0, value);
    block.endRow();
    ByteBuilder out = new ByteBuilder(16);
    kind.put(block, 0, 0, 0, out);
    return out.toByteArray();
  }

  @Test
  void floatsHaveOneZeroAndOneNan() {
    double otherNan = Double.longBitsToDouble(0xfff8_0000_0000_0001L);
    for (FieldType type : List.of(FieldType.REAL, FieldType.DOUBLE)) {
      Canonical kind = Canonical.of(type);
      assertThat(floating(type, kind, -0.0)).isEqualTo(floating(type, kind, 0.0));
      assertThat(floating(type, kind, otherNan)).isEqualTo(floating(type, kind, Double.NaN));
    }
    assertThat(floating(FieldType.DOUBLE, Canonical.DOUBLE, 0.1))
        .isNotEqualTo(floating(FieldType.REAL, Canonical.DOUBLE, 0.1));
  }

  @Test
  void nullIsNotEmpty() {
    RowBlock block = block(FieldType.TEXT);
    block.setNull(0);
    block.endRow();
    block.setText(0, "");
    block.endRow();
    RowHasher hasher = new RowHasher(List.of(new ComparedColumn(0, Canonical.TEXT, 0)));

    assertThat(hasher.of(block, 0)).isNotEqualTo(hasher.of(block, 1));
  }

  @Test
  void typesThatMayRoundAreNotCompared() {
    assertThat(Canonical.of(FieldType.DECIMAL, FieldType.DOUBLE)).isNull();
    assertThat(Canonical.of(FieldType.TEXT, FieldType.DATE)).isNull();
    assertThat(Canonical.of(FieldType.DOUBLE, FieldType.REAL)).isEqualTo(Canonical.DOUBLE);
    assertThat(Canonical.of(FieldType.SMALLINT, FieldType.DECIMAL)).isEqualTo(Canonical.NUMBER);
  }
}

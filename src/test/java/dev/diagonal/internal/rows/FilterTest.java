package dev.diagonal.internal.rows;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FilterTest {

  private static RowType type(FieldType type) {
    return new RowType(List.of(new Field("x", type)));
  }

  private static boolean holds(FieldType type, String value, String condition) throws Exception {
    RowBlock block = new RowBlock(type(type), 1, RowOrigin.of("values"));
    byte[] bytes = value.getBytes(UTF_8);
    new ValueParser().set(block, 0, bytes, 0, bytes.length);
    block.endRow();
    return new Filter(condition, block.type()).holds(block, 0);
  }

  @Test
  void comparesTimesAsValues() throws Exception {
    String morning = "2024-01-01T08:00:00";
    assertThat(holds(FieldType.TIMESTAMP, morning, "x >= '2024-01-01 12:00:00'")).isFalse();
    assertThat(holds(FieldType.TIMESTAMP, morning, "x = '2024-01-01 08:00'")).isTrue();
    assertThat(holds(FieldType.TIMESTAMP, morning, "x > '2024-01-01'")).isTrue();
    assertThat(holds(FieldType.TIMESTAMP, "infinity", "x > '2024-01-01'")).isTrue();
    String instant = "2024-01-01T08:00:00Z";
    assertThat(holds(FieldType.INSTANT, instant, "x = '2024-01-01T10:00:00+02:00'")).isTrue();
    assertThat(holds(FieldType.INSTANT, instant, "x < '2024-01-01T08:30:00+01:00'")).isFalse();
    assertThat(holds(FieldType.TIME, "10:00:00", "x = '10:00'")).isTrue();
    assertThat(holds(FieldType.DATE, "-0044-03-15", "x < '-0001-01-01'")).isTrue();
  }

  @Test
  void comparesQuotedNumbersAndUuidsAsValues() throws Exception {
    assertThat(holds(FieldType.BIGINT, "9", "x < '10'")).isTrue();
    String uuid = "0a0b0c0d-0000-0000-0000-00000000000f";
    assertThat(holds(FieldType.UUID, uuid, "x = '0A0B0C0D-0000-0000-0000-00000000000F'")).isTrue();
    assertThat(holds(FieldType.TEXT, "9", "x < '10'")).isFalse();
  }

  @Test
  void refusesLiteralsThatAreNoValuesOfColumn() {
    assertThatThrownBy(() -> new Filter("x > '2023-02-29'", type(FieldType.DATE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x > '2023-02-29'");
    assertThatThrownBy(() -> new Filter("x > '2024-01-01 10:00'", type(FieldType.INSTANT)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no offset from UTC");
  }
}

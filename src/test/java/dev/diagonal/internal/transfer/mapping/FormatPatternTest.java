package dev.diagonal.internal.transfer.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FormatPatternTest {

  private static final String BAD = "bad record";

  private static final RowType TEXT = new RowType(List.of(new Field("t", FieldType.TEXT)));

  /** Returns the value that a pattern makes of a text. */
  private static String parsed(FieldType type, String pattern, @Nullable String locale, String text)
      throws Exception {
    RowBlock block = new RowBlock(TEXT, 1, RowOrigin.of("texts"));
    block.setText(0, text);
    block.endRow();
    Target target = new Target("t", Origin.COLUMN, "t", type, null, pattern, locale, null);
    Mapping mapping = new Mapping(List.of(target), List.of(), null, List.of());
    Conversion conversion = new Conversion(new ConversionPlan(TEXT, TEXT, mapping, true, true), 1);
    List<String> results = new ArrayList<>();
    BlockConverter.Output output =
        made -> {
          ByteBuilder value = new ByteBuilder(16);
          ValueFormatter.put(made, 0, 0, value);
          results.add(value.toString());
        };
    conversion.convert(block, output, letter -> results.add(BAD));
    conversion.finish(output, letter -> results.add(BAD));
    assertThat(results).hasSize(1);
    return results.get(0);
  }

  @Test
  void refusesTimesThatDoNotExist() throws Exception {
    String day = "dd.MM.yyyy";
    assertThat(parsed(FieldType.DATE, day, null, "31.02.2023")).isEqualTo(BAD);
    assertThat(parsed(FieldType.DATE, day, null, "29.02.2023")).isEqualTo(BAD);
    assertThat(parsed(FieldType.DATE, day, null, "29.02.2024")).isEqualTo("2024-02-29");
    assertThat(parsed(FieldType.DATE, "d.M.yy 'y'", null, "1.2.24 y")).isEqualTo("2024-02-01");
    assertThat(parsed(FieldType.DATE, "d MMMM y G", "en-US", "1 May 44 BC"))
        .isEqualTo("-0043-05-01");
    assertThat(parsed(FieldType.TIME, "HH:mm", null, "24:00")).isEqualTo(BAD);
    assertThat(parsed(FieldType.TIME, "HH:mm", null, "23:59")).isEqualTo("23:59:00");
    assertThat(parsed(FieldType.TIME, "hh:mm a", "en-US", "01:30 PM")).isEqualTo("13:30:00");
    assertThat(parsed(FieldType.TIMESTAMP, day + " HH:mm", null, "01.01.2024 24:00"))
        .isEqualTo(BAD);
    assertThat(parsed(FieldType.INSTANT, day + " HH:mm XXX", null, "01.01.2024 10:00 +02:00"))
        .isEqualTo("2024-01-01T08:00:00Z");
    assertThat(parsed(FieldType.INSTANT, day + " HH", null, "01.01.2024 10"))
        .isEqualTo("2024-01-01T10:00:00Z");
  }

  @Test
  void refusesTimesBelowAMicrosecond() throws Exception {
    String nanos = "HH:mm:ss.SSSSSSSSS";
    assertThat(parsed(FieldType.TIME, nanos, null, "10:00:00.123456789")).isEqualTo(BAD);
    assertThat(parsed(FieldType.TIME, nanos, null, "10:00:00.123456000"))
        .isEqualTo("10:00:00.123456");
    String timestamp = "yyyy-MM-dd " + nanos;
    for (FieldType type : List.of(FieldType.TIMESTAMP, FieldType.INSTANT)) {
      assertThat(parsed(type, timestamp, null, "2024-01-01 10:00:00.000000001")).isEqualTo(BAD);
    }
  }

  @Test
  void refusesMisplacedGroupSeparators() throws Exception {
    String grouped = "#,##0.00";
    for (String text :
        List.of("1,5", "1,50.0", "1234,567", ",123", "1,,234", "-1,5", "12,34,567")) {
      assertThat(parsed(FieldType.DECIMAL, grouped, "en-US", text)).as(text).isEqualTo(BAD);
    }
    assertThat(parsed(FieldType.DECIMAL, grouped, "de-DE", "1.5")).isEqualTo(BAD);
    assertThat(parsed(FieldType.DECIMAL, grouped, "de-DE", "-1.234.567,80"))
        .isEqualTo("-1234567.80");
    assertThat(parsed(FieldType.DECIMAL, grouped, "en-US", "1500.25")).isEqualTo("1500.25");
    assertThat(parsed(FieldType.DECIMAL, "$#,##0.00", "en-US", "$1,234.5")).isEqualTo("1234.5");
    assertThat(parsed(FieldType.DECIMAL, "$#,##0.00", "en-US", "$1,5")).isEqualTo(BAD);
  }
}

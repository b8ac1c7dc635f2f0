package dev.diagonal.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.elasticsearch.bulk.Document;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

class DocumentsOfTest {

  @Test
  void rowBecomesObjectOfAllItsFields() {
    Schema inner = Schema.builder().addStringField("name").build();
    Schema schema =
        Schema.builder()
            .addInt64Field("id")
            .addNullableField("none", FieldType.STRING)
            .addDateTimeField("at")
            .addDecimalField("price")
            .addByteArrayField("bytes")
            .addBooleanField("yes")
            .addDoubleField("mean")
            .addFloatField("small")
            .addArrayField("tags", FieldType.STRING)
            .addMapField("counts", FieldType.STRING, FieldType.INT32)
            .addRowField("inner", inner)
            .build();
    Row row =
        Row.withSchema(schema)
            .addValues(
                7L,
                null,
                Instant.parse("2026-11-21T10:00:00.123Z"),
                new BigDecimal("1E+3"),
                new byte[] {1, 2, 3},
                true,
                0.1,
                0.1f,
                List.of("a\"b", "é"),
                Map.of("x", 1),
                Row.withSchema(inner).addValue("n").build())
            .build();
    Document document = SerializableUtils.clone(DocumentsOf.rows("id")).apply(row);
    assertThat(document.id()).isEqualTo("7");
    assertThat(new String(document.source(), UTF_8))
        .isEqualTo(
            "{\"id\":7,\"none\":null,\"at\":\"2026-11-21T10:00:00.123Z\",\"price\":1000,"
                + "\"bytes\":\"AQID\",\"yes\":true,\"mean\":0.1,\"small\":0.1,"
                + "\"tags\":[\"a\\\"b\",\"é\"],\"counts\":{\"x\":1},\"inner\":{\"name\":\"n\"}}");
  }

  @Test
  void aMapBecomesAnObjectOfItsEntries() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
    map.put("list", Arrays.asList(1, null, Map.of("a", "b")));
    map.put("array", new Object[] {1.5, "x"});
    Document document = DocumentsOf.maps("id").apply(map);
    assertThat(document)
        .isEqualTo(
            Document.of(
                "123e4567-e89b-12d3-a456-426614174000",
                "{\"id\":\"123e4567-e89b-12d3-a456-426614174000\",\"list\":[1,null,{\"a\":\"b\"}],"
                    + "\"array\":[1.5,\"x\"]}"));
  }

  @Test
  void preparedJsonIsTakenAsItIs() {
    byte[] json = "{\"a\": {\"id\": 1}, \"id\" : 42, \"rest".getBytes(UTF_8);
    Document document = DocumentsOf.json("id").apply(json);
    assertThat(document.id()).isEqualTo("42");
    assertThat(document.source()).isSameAs(json);
  }

  @Test
  void refusesMissingIdWithoutShowingContents() {
    for (String json :
        List.of("[\"hunter2\"]", "{\"id\":null}", "{\"id\":{\"hunter2\":1}}", "{}", "hunter2")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> DocumentsOf.json("id").apply(json.getBytes(UTF_8)))
          .satisfies(e -> assertThat(String.valueOf(e)).doesNotContain("hunter2"));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DocumentsOf.maps("id").apply(Map.of("a", "hunter2")))
        .withMessage("the field id, the id, is null");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DocumentsOf.maps("id").apply(Map.of("id", 1, "a", Double.NaN)))
        .withMessage("JSON has no number for NaN");
  }
}

package dev.diagonal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.jdbc.write.WriteToJdbc;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Runner;
import dev.diagonal.testing.Sql;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.logicaltypes.FixedPrecisionNumeric;
import org.apache.beam.sdk.schemas.logicaltypes.MicrosInstant;
import org.apache.beam.sdk.schemas.logicaltypes.SqlTypes;
import org.apache.beam.sdk.schemas.logicaltypes.UuidLogicalType;
import org.apache.beam.sdk.schemas.logicaltypes.VariableString;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.joda.time.DateTime;
import org.joda.time.DateTimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(PostgresExtension.class)
final class SchemaRowsIT {

  private static final Schema INNER = Schema.builder().addStringField("x").build();
  private static final Schema SCHEMA =
      Schema.builder()
          .addField("id", FieldType.logicalType(new UuidLogicalType()))
          .addNullableField("small", FieldType.INT16)
          .addNullableField("whole", FieldType.INT32)
          .addNullableField("large", FieldType.INT64)
          .addNullableField("real", FieldType.FLOAT)
          .addNullableField("double", FieldType.DOUBLE)
          .addNullableField("decimal", FieldType.DECIMAL)
          .addNullableField("fixed", FieldType.logicalType(FixedPrecisionNumeric.of(10, 2)))
          .addNullableField("text", FieldType.STRING)
          .addNullableField("short", FieldType.logicalType(VariableString.of(5)))
          .addNullableField("truth", FieldType.BOOLEAN)
          .addNullableField("bytes", FieldType.BYTES)
          .addNullableField("joda", FieldType.DATETIME)
          .addNullableField("instant", FieldType.logicalType(new MicrosInstant()))
          .addNullableField("date", FieldType.logicalType(SqlTypes.DATE))
          .addNullableField("time", FieldType.logicalType(SqlTypes.TIME))
          .addNullableField("local", FieldType.logicalType(SqlTypes.DATETIME))
          .addNullableField("numbers", FieldType.array(FieldType.INT32))
          .addNullableField("texts", FieldType.iterable(FieldType.STRING))
          .addNullableField("map", FieldType.map(FieldType.STRING, FieldType.INT64))
          .addNullableField("row", FieldType.row(INNER))
          .addNullableField("rows", FieldType.array(FieldType.row(INNER)))
          .build();

  @ParameterizedTest
  @EnumSource
  void rowsOfEveryTypeArriveByTheirSchema(Runner runner, LocalPostgres postgres) throws Exception {
    JdbcTarget target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    Sql sql = new Sql(target);
    sql.execute("DROP TABLE IF EXISTS schema_rows");
    Table table = SchemaRows.table("schema_rows", SCHEMA, "id");
    CreateTable.ifMissing(target, table);
    Row inner = Row.withSchema(INNER).addValue("y").build();
    Row full =
        Row.withSchema(SCHEMA)
            .addValues(new UUID(0, 1), (short) -1, 2, 3L, 0.5f, 0.1)
            .addValues(new BigDecimal("1.250"), new BigDecimal("7.25"), "é", "abc", true)
            .addValue(new byte[] {1, -1})
            .addValue(new DateTime(2026, 1, 2, 3, 4, 5, 6, DateTimeZone.UTC))
            .addValue(Instant.parse("2026-01-02T03:04:05.000006Z"))
            .addValue(LocalDate.of(2026, 1, 2))
            .addValue(LocalTime.of(3, 4, 5))
            .addValue(LocalDateTime.of(2026, 1, 2, 3, 4, 5))
            .addArray(1, 2)
            .addIterable(List.of("a", "b"))
            .addValue(Map.of("k", 5L))
            .addValue(inner)
            .addArray(inner)
            .build();
    Row.Builder nulls = Row.withSchema(SCHEMA).addValue(new UUID(0, 2));
    for (int i = 1; i < SCHEMA.getFieldCount(); i++) {
      nulls.addValue(null);
    }
    Row empty = nulls.build();
    TestPipeline pipeline = runner.pipeline();
    PCollection<Written> unused =
        pipeline
            .apply(Create.of(full, empty).withRowSchema(SCHEMA))
            .apply(
                WriteToJdbc.of(JdbcWrite.upsert(target, table, SchemaRows.binder(SCHEMA)))
                    .ofRows());
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
    assertThat(sql.query("SELECT row_to_json(x) FROM schema_rows AS x ORDER BY id LIMIT 1"))
        .containsExactly(
            "{\"id\":\"00000000-0000-0000-0000-000000000001\",\"small\":-1,\"whole\":2,"
                + "\"large\":3,\"real\":0.5,\"double\":0.1,\"decimal\":1.250,\"fixed\":7.25,"
                + "\"text\":\"é\",\"short\":\"abc\",\"truth\":true,\"bytes\":\"\\\\x01ff\","
                + "\"joda\":\"2026-01-02T03:04:05.006+00:00\","
                + "\"instant\":\"2026-01-02T03:04:05.000006+00:00\",\"date\":\"2026-01-02\","
                + "\"time\":\"03:04:05\",\"local\":\"2026-01-02T03:04:05\",\"numbers\":[1,2],"
                + "\"texts\":[\"a\",\"b\"],\"map\":{\"k\": 5},\"row\":{\"x\": \"y\"},"
                + "\"rows\":[{\"x\": \"y\"}]}");
    assertThat(
            sql.query(
                "SELECT jsonb_strip_nulls(to_jsonb(x)) FROM schema_rows AS x ORDER BY id DESC"
                    + " LIMIT 1"))
        .containsExactly("{\"id\": \"00000000-0000-0000-0000-000000000002\"}");
  }

  @Test
  void refusesKeysThatAreNotThereOrNullable() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SchemaRows.table("t", SCHEMA, "nothing"))
        .withMessage("key field 'nothing' must be in the schema");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SchemaRows.table("t", SCHEMA, "small"))
        .withMessage("key field 'small' must not be nullable");
  }
}

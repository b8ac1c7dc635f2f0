package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.jdbc.copy.WireColumn;
import dev.diagonal.internal.jdbc.copy.WireType;
import dev.diagonal.internal.jdbc.table.FoundColumn;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopySqlTest {

  private static final Column ID = Column.key("id", "bigint");
  private static final Column NAME = Column.of("name", "text");
  private static final Column MOOD = Column.of("mood", "mood");
  private static final WireColumn WIRE_ID = wire(ID, "bigint", WireType.INT8);
  private static final WireColumn WIRE_NAME = wire(NAME, "text", WireType.TEXT);
  private static final WireColumn WIRE_MOOD = wire(MOOD, "app.\"Mood\"", WireType.OTHER);

  @Test
  void insertsStraightIntoTheTable() {
    CopySql sql = sql(WriteMode.INSERT, WIRE_ID, WIRE_NAME);
    assertThat(sql.isStaged()).isFalse();
    assertThat(sql.copy())
        .isEqualTo("COPY \"s\".\"t\" (\"id\", \"name\") FROM STDIN (FORMAT binary)");
  }

  @Test
  void castsTextToUnknownTypes() {
    CopySql sql = sql(WriteMode.INSERT, WIRE_ID, WIRE_MOOD);
    assertThat(sql.isStaged()).isTrue();
    assertThat(sql.createStage())
        .isEqualTo(
            "CREATE TEMPORARY TABLE diagonal_rows (\"id\" bigint, \"mood\" text) ON COMMIT DROP");
    assertThat(sql.applyStage())
        .isEqualTo(
            "INSERT INTO \"s\".\"t\" AS stored (\"id\", \"mood\") SELECT \"id\", \"mood\"::app.\"Mood\" AS"
                + " \"mood\" FROM pg_temp.diagonal_rows");
  }

  @Test
  void upsertsWhatIsStagedInOneStatement() {
    assertThat(sql(WriteMode.UPSERT, WIRE_ID, WIRE_NAME).applyStage())
        .isEqualTo(
            "INSERT INTO \"s\".\"t\" AS stored (\"id\", \"name\") SELECT \"id\", \"name\" FROM"
                + " pg_temp.diagonal_rows ON CONFLICT (\"id\") DO UPDATE SET \"name\" ="
                + " EXCLUDED.\"name\"");
    assertThat(sql(WriteMode.UPSERT, WIRE_ID).applyStage())
        .endsWith("ON CONFLICT (\"id\") DO NOTHING");
    assertThat(sql(WriteMode.INSERT_IGNORE, WIRE_ID, WIRE_NAME).applyStage())
        .endsWith("ON CONFLICT (\"id\") DO NOTHING");
  }

  @Test
  void databaseComparesKeysThatWeCannot() {
    WireColumn number = wire(Column.key("id", "numeric"), "numeric", WireType.NUMERIC);
    assertThat(sql(WriteMode.UPSERT, number, WIRE_NAME).applyStage())
        .contains(
            "SELECT DISTINCT ON (\"id\") \"id\", \"name\" FROM pg_temp.diagonal_rows"
                + " ORDER BY \"id\", ctid DESC ON CONFLICT");
    assertThat(sql(WriteMode.INSERT_IGNORE, number, WIRE_NAME).applyStage())
        .contains("ORDER BY \"id\", ctid ON CONFLICT");
  }

  @Test
  void updatesAndDeletesByKey() {
    assertThat(sql(WriteMode.UPDATE, WIRE_ID, WIRE_NAME).applyStage())
        .isEqualTo(
            "UPDATE \"s\".\"t\" AS stored SET \"name\" = given.\"name\" FROM (SELECT \"id\","
                + " \"name\" FROM pg_temp.diagonal_rows) AS given WHERE stored.\"id\" ="
                + " given.\"id\"");
    assertThat(sql(WriteMode.DELETE, WIRE_ID).applyStage())
        .isEqualTo(
            "DELETE FROM \"s\".\"t\" AS stored USING (SELECT \"id\" FROM pg_temp.diagonal_rows)"
                + " AS given WHERE stored.\"id\" = given.\"id\"");
  }

  @Test
  void unmatchedRowsAreNumberedByThePlaceOfTheirKey() {
    assertThat(sql(WriteMode.UPDATE, WIRE_ID, WIRE_NAME).applyAndFindMissing())
        .contains("ctid AS \"diagonal_place\" FROM pg_temp.diagonal_rows", "(ORDER BY ctid) - 1")
        .doesNotContain("PARTITION BY");
    assertThat(sql(WriteMode.DELETE, WIRE_ID).applyAndFindMissing())
        .contains("PARTITION BY \"id\"");
  }

  private static WireColumn wire(Column column, String type, WireType wire) {
    FoundColumn found =
        new FoundColumn(
            column.name(),
            type,
            type,
            type,
            -1,
            "",
            "",
            true,
            false,
            false,
            false,
            true,
            true,
            true);
    return new WireColumn(column, found, wire);
  }

  private static CopySql sql(WriteMode mode, WireColumn... columns) {
    Table table = new Table("s.t", List.of(columns).stream().map(WireColumn::column).toList());
    JdbcTarget target = JdbcTarget.at("jdbc:postgresql://db/x");
    return new CopySql(
        JdbcWrite.<Long>of(mode, target, table, (id, v) -> {}), List.of(columns), false);
  }
}

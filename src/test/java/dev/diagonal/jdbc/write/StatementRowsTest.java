package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import dev.diagonal.schedule.RejectedRow;
import dev.diagonal.testing.Sql;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes to H2: what any database gets that is not PostgreSQL. */
class StatementRowsTest {

  private record Item(long id, String name) {}

  private static final RowBinder<Item> BINDER =
      (item, values) -> values.putLong(item.id).putText(item.name);
  private static final Table TABLE =
      Table.of("t", Column.key("id", "bigint"), Column.of("name", "varchar(20)"));

  private final JdbcTarget target = JdbcTarget.at("jdbc:h2:mem:" + UUID.randomUUID());
  private Connection keepsTheDatabase;
  private Sql sql;

  @BeforeEach
  void createTable() throws SQLException {
    keepsTheDatabase = DriverManager.getConnection(target.url());
    sql = new Sql(target);
    sql.execute("CREATE TABLE \"t\" (\"id\" bigint PRIMARY KEY, \"name\" varchar(20))");
    sql.execute("INSERT INTO \"t\" VALUES (1, 'old'), (9, 'kept')");
  }

  @AfterEach
  void dropDatabase() throws SQLException {
    keepsTheDatabase.close();
  }

  @Test
  void inserts() throws Exception {
    write(WriteMode.INSERT, TABLE, new Item(2, "a"), new Item(3, "b"));
    assertThat(rows()).containsExactly("1=old", "2=a", "3=b", "9=kept");
  }

  @Test
  void theFirstBadRowFailsAllWithoutSavepoints(@TempDir Path directory) throws Exception {
    JdbcTarget duck = JdbcTarget.at("jdbc:duckdb:" + directory.resolve("db"));
    Sql duckSql = new Sql(duck);
    duckSql.execute("CREATE TABLE t (id bigint PRIMARY KEY, name varchar CHECK (name <> 'bad'))");
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      items.add(new Item(i, i == 700 || i == 800 ? "bad" : "good"));
    }
    try (JdbcBlockWriter<Item> writer =
        JdbcBlockWriter.open(JdbcWrite.insert(duck, TABLE, BINDER))) {
      assertThatThrownBy(
              () -> {
                writer.write(new Block<>(items));
                writer.flush();
              })
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("refuses the row of key 700: ");
    }
    assertThat(duckSql.query("SELECT count(*) FROM t")).containsExactly("0");
  }

  @Test
  void insertIgnoreKeepsExistingRows() throws Exception {
    write(WriteMode.INSERT_IGNORE, TABLE, new Item(1, "new"), new Item(2, "a"), new Item(2, "b"));
    assertThat(rows()).containsExactly("1=old", "2=a", "9=kept");
  }

  @Test
  void upsertReplaces() throws Exception {
    write(WriteMode.UPSERT, TABLE, new Item(1, "new"), new Item(2, "a"), new Item(2, "b"));
    assertThat(rows()).containsExactly("1=new", "2=b", "9=kept");
  }

  @Test
  void updateChangesOnlyWhatIsThere() throws Exception {
    Written written =
        written(
            JdbcWrite.of(WriteMode.UPDATE, target, TABLE, BINDER),
            List.of(new Item(1, "new"), new Item(2, "a")));
    assertThat(written.rows()).isEqualTo(1);
    assertThat(written.changes()).isEqualTo(new Changes(0, 0, 0, 0, 0, 0, 1, 0));
    assertThat(rows()).containsExactly("1=new", "9=kept");
  }

  @Test
  void deleteTakesRowsOfTheseKeysAway() throws Exception {
    Written written =
        written(
            JdbcWrite.of(WriteMode.DELETE, target, TABLE, BINDER),
            List.of(new Item(1, ""), new Item(2, "")));
    assertThat(written.rows()).isEqualTo(1);
    assertThat(written.changes()).isEqualTo(new Changes(0, 0, 0, 0, 0, 0, 1, 0));
    assertThat(rows()).containsExactly("9=kept");
  }

  @Test
  void isolatesBadRowsAndWritesTheRest() throws Exception {
    List<RejectedRow<Item>> rejected = new ArrayList<>();
    JdbcWrite<Item> write =
        JdbcWrite.of(WriteMode.UPSERT, target, TABLE, BINDER).withCommitRows(30);
    try (JdbcBlockWriter<Item> writer = JdbcBlockWriter.open(write, rejected::add)) {
      writer.write(
          new Block<>(
              LongStream.range(100, 200)
                  .mapToObj(id -> new Item(id, id % 25 == 0 ? "x".repeat(21) : "short"))
                  .toList()));
      assertThat(writer.flush().rows()).isEqualTo(96);
    }
    assertThat(rejected.stream().map(row -> row.row().id)).containsExactly(100L, 125L, 150L, 175L);
    assertThat(rejected).allSatisfy(row -> assertThat(row.reason()).contains("too long"));
    assertThat(rows()).hasSize(98);
  }

  @Test
  void valuesOfManyTypesArrive() throws Exception {
    sql.execute(
        "CREATE TABLE \"types\" (\"a\" uuid PRIMARY KEY, \"b\" decimal(10, 2), \"c\" date, \"d\""
            + " timestamp with time zone, \"e\" varbinary(10), \"f\" json, \"g\" integer array,"
            + " \"h\" boolean, \"i\" double precision)");
    Table types =
        Table.of(
            "types",
            Column.key("a", "uuid"),
            Column.of("b", "decimal(10, 2)"),
            Column.of("c", "date NOT NULL"),
            Column.of("d", "timestamp with time zone"),
            Column.of("e", "varbinary(10)"),
            Column.of("f", "json"),
            Column.of("g", "integer array"),
            Column.of("h", "boolean"),
            Column.of("i", "double precision"));
    RowBinder<Item> binder =
        (item, values) ->
            values
                .putUuid(new UUID(0, item.id))
                .putDecimal(new BigDecimal("1.50"))
                .putDate(LocalDate.of(2026, 1, 2))
                .putInstant(Instant.EPOCH)
                .putBytes(new byte[] {1})
                .putText("{\"x\":1}")
                .putArray(List.of(1, 2))
                .putBoolean(true)
                .putNull();
    JdbcWrite<Item> upsert = JdbcWrite.of(WriteMode.UPSERT, target, types, binder);
    for (int i = 0; i < 2; i++) {
      writeAll(upsert, List.of(new Item(1, ""), new Item(2, "")));
    }
    assertThat(
            sql.query(
                "SELECT \"b\" || ' ' || \"c\" || ' ' || \"f\" || ' ' || \"g\"[2] || ' ' || \"h\""
                    + " FROM \"types\" WHERE \"i\" IS NULL"))
        .containsExactly("1.50 2026-01-02 {\"x\":1} 2 TRUE", "1.50 2026-01-02 {\"x\":1} 2 TRUE");
  }

  @Test
  void refusesAMerge() {
    JdbcWrite<Item> merging =
        JdbcWrite.of(WriteMode.UPSERT, target, TABLE, BINDER).withMerge((a, b) -> a);
    assertThatThrownBy(() -> JdbcBlockWriter.open(merging))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a merge needs PostgreSQL, got jdbc:h2:mem:");
  }

  private void write(WriteMode mode, Table table, Item... items) throws Exception {
    writeAll(JdbcWrite.of(mode, target, table, BINDER), List.of(items));
  }

  private static void writeAll(JdbcWrite<Item> write, List<Item> items) throws Exception {
    assertThat(written(write, items).rows()).isEqualTo(items.size());
  }

  private static Written written(JdbcWrite<Item> write, List<Item> items) throws Exception {
    try (JdbcBlockWriter<Item> writer = JdbcBlockWriter.open(write)) {
      writer.write(new Block<>(items));
      return writer.flush();
    }
  }

  private List<String> rows() throws SQLException {
    return sql.query("SELECT \"id\" || '=' || \"name\" FROM \"t\" ORDER BY \"id\"");
  }
}

package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.beamio.JdbcIoConnector;
import dev.diagonal.block.Block;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.table.PostgresSql;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.schedule.RejectedRow;
import dev.diagonal.testing.AnswerLosingRelay;
import dev.diagonal.testing.Eventually;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.beam.sdk.io.jdbc.JdbcIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PostgresExtension.class)
final class JdbcBlockWriterIT {

  /** A row: what its key and its text are. */
  private record Item(long id, String name) {}

  private static final RowBinder<Item> BINDER =
      (item, values) -> values.putLong(item.id).putText(item.name);

  private JdbcTarget target;
  private Sql sql;
  private Table table;

  @BeforeEach
  void createTable(LocalPostgres postgres, TestInfo test) throws Exception {
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    sql = new Sql(target);
    String method = test.getTestMethod().orElseThrow().getName();
    String name = "w_" + method.substring(0, Math.min(50, method.length()));
    table = Table.of(name, Column.key("id", "bigint"), Column.of("name", "text"));
    CreateTable.ifMissing(target, table);
  }

  @Test
  void joinsBlocksToTransactionsAndCountsThem() throws Exception {
    try (JdbcBlockWriter<Item> writer = JdbcBlockWriter.open(upsert().withCommitRows(250))) {
      for (long from = 1; from <= 901; from += 100) {
        writer.write(items(from, from + 99));
      }
      Written written = writer.flush();
      assertThat(written.rows()).isEqualTo(1_000);
      assertThat(written.attempts()).isEqualTo(4);
      assertThat(writer.flush().rows()).isZero();
    }
    assertThat(sql.query("SELECT count(*) FROM " + quoted() + " GROUP BY xmin"))
        .containsExactly("250", "250", "250", "250");
  }

  @Test
  void bindsNextTransactionDuringWrite() throws Exception {
    AtomicInteger bound = new AtomicInteger();
    RowBinder<Item> counting =
        (item, values) -> {
          bound.incrementAndGet();
          BINDER.bind(item, values);
        };
    JdbcWrite<Item> write = JdbcWrite.upsert(target, table, counting).withCommitRows(100);
    try (HeldConnection other = new HeldConnection(target);
        JdbcBlockWriter<Item> writer = JdbcBlockWriter.open(write)) {
      try (Statement lock = other.use().createStatement()) {
        lock.execute("LOCK TABLE " + quoted() + " IN SHARE ROW EXCLUSIVE MODE");
      }
      writer.write(items(1, 250)); // with one transaction under way at most, this would wait
      assertThat(bound).hasValue(250);
      assertThat(rows()).isEmpty();
      other.use().rollback();
      assertThat(writer.flush()).matches(written -> written.rows() == 250, "250 rows");
    }
    assertThat(rows()).hasSize(250);
  }

  @Test
  void rowsWithoutAKeyHaveSeveralConnections() throws Exception {
    Table keyless = Table.of(table.name(), Column.of("id", "bigint"), Column.of("name", "text"));
    JdbcWrite<Item> write =
        JdbcWrite.insert(target, keyless, BINDER).withCommitRows(100).withBatchesInFlight(3);
    try (HeldConnection other = new HeldConnection(target);
        JdbcBlockWriter<Item> writer = JdbcBlockWriter.open(write)) {
      try (Statement lock = other.use().createStatement()) {
        lock.execute("LOCK TABLE " + quoted() + " IN SHARE ROW EXCLUSIVE MODE");
      }
      writer.write(items(1, 350));
      String waiting =
          "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '%s'::regclass"
              .formatted(quoted());
      assertThat(
              Eventually.within(
                  Duration.ofMinutes(4),
                  () -> {
                    try {
                      return sql.query(waiting).equals(List.of("3"));
                    } catch (SQLException e) {
                      throw new IllegalStateException(e);
                    }
                  }))
          .isTrue();
      other.use().rollback();
      assertThat(writer.flush()).matches(written -> written.rows() == 350, "350 rows");
    }
    assertThat(rows()).hasSize(350);
  }

  @Test
  void insertsInAnyOrderOfKeys() throws Exception {
    List<Item> items = new ArrayList<>(items(-500, 500).records());
    java.util.Collections.shuffle(items, new Random(1));
    writeAll(JdbcWrite.insert(target, table, BINDER), items);
    assertThat(rows())
        .isEqualTo(LongStream.rangeClosed(-500, 500).mapToObj(id -> id + "=item " + id).toList());
  }

  @Test
  void insertsWithoutKeyKeepDuplicates() throws Exception {
    Table log = Table.of("w_log", Column.of("id", "bigint"), Column.of("name", "text"));
    CreateTable.ifMissing(target, log);
    writeAll(JdbcWrite.insert(target, log, BINDER), List.of(new Item(1, "a"), new Item(1, "a")));
    assertThat(sql.query("SELECT id || name FROM w_log")).containsExactly("1a", "1a");
  }

  @Test
  void insertIgnoreKeepsFirstRowPerKey() throws Exception {
    sql.execute("INSERT INTO " + quoted() + " VALUES (1, 'old')");
    writeAll(
        JdbcWrite.of(WriteMode.INSERT_IGNORE, target, table, BINDER),
        List.of(new Item(2, "first"), new Item(1, "new"), new Item(2, "second")));
    assertThat(rows()).containsExactly("1=old", "2=first");
  }

  @Test
  void upsertReplacesAndKeepsLastRowPerKey() throws Exception {
    sql.execute("INSERT INTO " + quoted() + " VALUES (1, 'old'), (3, 'kept')");
    writeAll(upsert(), List.of(new Item(2, "first"), new Item(1, "new"), new Item(2, "second")));
    assertThat(rows()).containsExactly("1=new", "2=second", "3=kept");
  }

  @Test
  void updateChangesOnlyWhatIsThere() throws Exception {
    sql.execute("INSERT INTO " + quoted() + " VALUES (1, 'old'), (3, 'kept')");
    Written written =
        written(
            JdbcWrite.of(WriteMode.UPDATE, target, table, BINDER),
            List.of(new Item(1, "new"), new Item(2, "absent"), new Item(1, "newer")));
    assertThat(written.rows()).isEqualTo(2);
    assertThat(written.changes()).isEqualTo(new Changes(0, 0, 0, 0, 0, 0, 1, 0));
    assertThat(rows()).containsExactly("1=newer", "3=kept");
  }

  @Test
  void deleteTakesRowsOfTheseKeysAway() throws Exception {
    sql.execute("INSERT INTO " + quoted() + " VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    Table keys = Table.of(table.name(), Column.key("id", "bigint"));
    JdbcWrite<Item> delete =
        JdbcWrite.of(WriteMode.DELETE, target, keys, (item, values) -> values.putLong(item.id));
    Written written =
        written(
            delete, List.of(new Item(3, ""), new Item(1, ""), new Item(4, ""), new Item(1, "")));
    assertThat(written.rows()).isEqualTo(3);
    assertThat(written.changes()).isEqualTo(new Changes(0, 0, 0, 0, 0, 0, 1, 0));
    assertThat(rows()).containsExactly("2=b");
  }

  @Test
  void keyOfSeveralRowsHidesNoUnmatchedOne() throws Exception {
    sql.execute("DROP TABLE IF EXISTS w_many; CREATE TABLE w_many (id bigint, name text)");
    sql.execute("INSERT INTO w_many VALUES (1, 'a'), (1, 'b')");
    Table many = Table.of("w_many", Column.key("id", "bigint"), Column.of("name", "text"));
    Written written =
        written(
            JdbcWrite.of(WriteMode.UPDATE, target, many, BINDER),
            List.of(new Item(1, "new"), new Item(2, "absent")));
    assertThat(written.rows()).isEqualTo(1);
    assertThat(written.changes().unmatched()).isEqualTo(1);
    assertThat(sql.query("SELECT name FROM w_many")).containsExactly("new", "new");
  }

  @ParameterizedTest
  @EnumSource(names = {"UPDATE", "DELETE"})
  void lostAnswerLeavesDeletesUnconfirmed(WriteMode mode, LocalPostgres postgres) throws Exception {
    sql.execute("INSERT INTO " + quoted() + " VALUES (1, 'a'), (2, 'b') ON CONFLICT DO NOTHING");
    try (AnswerLosingRelay relay = AnswerLosingRelay.to(postgres.port(), "stored.", 1)) {
      JdbcTarget through =
          JdbcTarget.at(postgres.jdbcUrl().replace(":" + postgres.port(), ":" + relay.port()))
              .withUser(postgres.user());
      Written written =
          written(
              JdbcWrite.of(mode, through, table, BINDER),
              List.of(new Item(1, "new"), new Item(2, "new"), new Item(3, "new")));
      assertThat(relay.lost()).isEqualTo(1);
      boolean deletes = mode == WriteMode.DELETE;
      assertThat(written.rows()).isEqualTo(deletes ? 0 : 2);
      assertThat(written.changes())
          .isEqualTo(new Changes(0, 0, 0, 0, 0, 0, deletes ? 0 : 1, deletes ? 3 : 0));
    }
  }

  @Test
  void mergeCombinesRowsOfAKey() throws Exception {
    List<Item> items =
        IntStream.range(0, 100).mapToObj(i -> new Item(i % 3, "" + (char) ('a' + i % 26))).toList();
    writeAll(upsert().withMerge((a, b) -> a.name.compareTo(b.name) >= 0 ? a : b), items);
    assertThat(rows()).containsExactly("0=z", "1=z", "2=z");
  }

  @Test
  void databaseFoldsKeysOnlyItCanCompare() throws Exception {
    Table numbers = Table.of("w_numbers", Column.key("id", "numeric"), Column.of("name", "text"));
    CreateTable.ifMissing(target, numbers);
    RowBinder<String> binder = (id, values) -> values.putDecimal(new BigDecimal(id)).putText(id);
    writeAll(JdbcWrite.upsert(target, numbers, binder), List.of("1.00", "2", "1", "1.0", "2.000"));
    assertThat(sql.query("SELECT name FROM w_numbers ORDER BY id")).containsExactly("1.0", "2.000");
  }

  @Test
  void valuesOfEveryTypeArriveAsTheyAre() throws Exception {
    sql.execute("DROP TYPE IF EXISTS mood CASCADE; CREATE TYPE mood AS ENUM ('glad', 'Sad')");
    Table types =
        Table.of(
            "w_types",
            Column.key("a", "uuid"),
            Column.key("b", "text"),
            Column.of("c", "smallint"),
            Column.of("d", "integer"),
            Column.of("e", "real"),
            Column.of("f", "double precision"),
            Column.of("g", "numeric"),
            Column.of("h", "varchar(10)"),
            Column.of("i", "bytea"),
            Column.of("j", "date"),
            Column.of("k", "time"),
            Column.of("l", "timestamp"),
            Column.of("m", "timestamp with time zone"),
            Column.of("n", "json"),
            Column.of("o", "jsonb"),
            Column.of("p", "integer[]"),
            Column.of("q", "text[]"),
            Column.of("r", "mood"),
            Column.of("s", "inet"),
            Column.of("t", "boolean"),
            Column.of("u", "inet[]"));
    CreateTable.ifMissing(target, types);
    RowBinder<Long> binder =
        (n, values) -> {
          values.putUuid(new UUID(0, n)).putText("key");
          if (n == 0) {
            for (int i = 2; i < types.columns().size(); i++) {
              values.putNull();
            }
            return;
          }
          values.putInt(-7).putLong(1 << 30).putDouble(0.5).putDouble(0.1);
          values.putDecimal(new BigDecimal("-12345.6780")).putText("é😀");
          values.putBytes(new byte[] {0, -1}).putDate(LocalDate.of(1995, 11, 22));
          values.putTime(LocalTime.of(23, 59, 59, 1_000));
          values.putTimestamp(LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_000));
          values.putInstant(Instant.parse("2026-01-01T00:00:00.000001Z"));
          values.putText("{\"x\": 1}").putText("[1, null]");
          List<Integer> some = new ArrayList<>(List.of(1, -2));
          some.add(null);
          values.putArray(some).putArray(List.of("a,b", "\"", "")).putText("Sad");
          values.putText("10.0.0.1").putBoolean(true).putArray(List.of("10.0.0.2", "::1"));
        };
    for (WriteMode mode : List.of(WriteMode.INSERT, WriteMode.UPSERT)) {
      sql.execute("TRUNCATE w_types");
      writeAll(JdbcWrite.of(mode, target, types, binder), List.of(1L, 0L));
      assertThat(sql.query("SELECT row_to_json(x) FROM w_types AS x ORDER BY x.a DESC LIMIT 1"))
          .containsExactly(
              "{\"a\":\"00000000-0000-0000-0000-000000000001\",\"b\":\"key\",\"c\":-7,"
                  + "\"d\":1073741824,\"e\":0.5,\"f\":0.1,\"g\":-12345.6780,\"h\":\"é😀\","
                  + "\"i\":\"\\\\x00ff\",\"j\":\"1995-11-22\",\"k\":\"23:59:59.000001\","
                  + "\"l\":\"1969-12-31T23:59:59.999999\","
                  + "\"m\":\"2026-01-01T00:00:00.000001+00:00\",\"n\":{\"x\": 1},"
                  + "\"o\":[1, null],\"p\":[1,-2,null],\"q\":[\"a,b\",\"\\\"\",\"\"],"
                  + "\"r\":\"Sad\",\"s\":\"10.0.0.1\",\"t\":true,"
                  + "\"u\":[\"10.0.0.2\",\"::1\"]}");
      assertThat(sql.query("SELECT num_nulls(c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u) FROM w_types"))
          .containsExactlyInAnyOrder("0", "19");
    }
  }

  @Test
  void numbersArriveExactly() throws Exception {
    Table numbers = Table.of("w_exact", Column.key("id", "int"), Column.of("n", "numeric"));
    CreateTable.ifMissing(target, numbers);
    Random random = new Random(7);
    List<BigDecimal> values = new ArrayList<>();
    for (String special :
        List.of("0", "0.000", "1", "-1", "10000", "0.0001", "0.00001", "1E+20", "99999999.9999")) {
      values.add(new BigDecimal(special));
    }
    for (int i = 0; i < 2_000; i++) {
      values.add(
          new BigDecimal(
              new java.math.BigInteger(random.nextInt(150), random)
                  .multiply(java.math.BigInteger.valueOf(random.nextBoolean() ? 1 : -1)),
              random.nextInt(40)));
    }
    RowBinder<Integer> binder = (i, v) -> v.putInt(i).putDecimal(values.get(i));
    writeAll(
        JdbcWrite.insert(target, numbers, binder),
        IntStream.range(0, values.size()).boxed().toList());
    assertThat(sql.query("SELECT n::text FROM w_exact ORDER BY id"))
        .isEqualTo(values.stream().map(BigDecimal::toPlainString).toList());
  }

  @Test
  void isolatesRefusedRowsAndWritesTheRest() throws Exception {
    sql.execute("ALTER TABLE " + quoted() + " ADD CHECK (id % 10 <> 3)");
    for (WriteMode mode : List.of(WriteMode.INSERT, WriteMode.UPSERT, WriteMode.INSERT_IGNORE)) {
      sql.execute("TRUNCATE " + quoted());
      List<RejectedRow<Item>> rejected = new ArrayList<>();
      try (JdbcBlockWriter<Item> writer =
          JdbcBlockWriter.open(
              JdbcWrite.of(mode, target, table, BINDER).withCommitRows(700), rejected::add)) {
        writer.write(items(1, 1_000));
        assertThat(writer.flush().rows()).isEqualTo(900);
      }
      assertThat(rejected)
          .hasSize(100)
          .allSatisfy(
              row -> {
                assertThat(row.row().id % 10).isEqualTo(3);
                assertThat(row.reason()).contains("violates check constraint");
              });
      assertThat(sql.query("SELECT count(*) FROM " + quoted())).containsExactly("900");
    }
  }

  @Test
  void keepsPreviousRowOfKeyIfLastFails() throws Exception {
    sql.execute("ALTER TABLE " + quoted() + " ADD CHECK (name <> 'bad')");
    List<RejectedRow<Item>> rejected = new ArrayList<>();
    try (JdbcBlockWriter<Item> writer = JdbcBlockWriter.open(upsert(), rejected::add)) {
      writer.write(
          new Block<>(
              List.of(
                  new Item(1, "good"),
                  new Item(1, "bad"),
                  new Item(2, "bad"),
                  new Item(2, "bad"),
                  new Item(3, "bad"),
                  new Item(3, "good"))));
      assertThat(writer.flush().rows()).isEqualTo(3);
    }
    assertThat(rows()).containsExactly("1=good", "3=good");
    assertThat(rejected.stream().map(row -> row.row().id())).containsExactlyInAnyOrder(1L, 2L, 2L);
  }

  @Test
  void secondInsertOfKeyIsBadRecord() throws Exception {
    List<RejectedRow<Item>> rejected = new ArrayList<>();
    try (JdbcBlockWriter<Item> writer =
        JdbcBlockWriter.open(JdbcWrite.insert(target, table, BINDER), rejected::add)) {
      writer.write(
          new Block<>(List.of(new Item(5, "first"), new Item(4, "x"), new Item(5, "second"))));
      assertThat(writer.flush().rows()).isEqualTo(2);
    }
    assertThat(rows()).containsExactly("4=x", "5=first");
    assertThat(rejected).hasSize(1).first().extracting(row -> row.row().name).isEqualTo("second");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"diagonal_one", "diagonal_piece", "one", "piece", "$diagonal$", "it's", "$1"})
  void columnNamesNeverMeetThoseOfTheSieve(String column) throws Exception {
    Table odd = Table.of("w_odd_names", Column.key("id", "bigint"), Column.of(column, "text"));
    sql.execute("DROP TABLE IF EXISTS w_odd_names");
    CreateTable.ifMissing(target, odd);
    sql.execute("ALTER TABLE w_odd_names ADD CHECK (id <> 3)");
    RowBinder<Long> binder = (id, values) -> values.putLong(id).putText("value " + id);
    List<RejectedRow<Long>> rejected = new ArrayList<>();
    try (JdbcBlockWriter<Long> writer =
        JdbcBlockWriter.open(JdbcWrite.upsert(target, odd, binder), rejected::add)) {
      writer.write(new Block<>(List.of(1L, 2L, 3L, 4L)));
      writer.flush();
    }
    assertThat(rejected).extracting(RejectedRow::row).containsExactly(3L);
    assertThat(
            sql.query(
                "SELECT id || ' ' || %s FROM w_odd_names ORDER BY id"
                    .formatted(PostgresSql.quote(column))))
        .containsExactly("1 value 1", "2 value 2", "4 value 4");
  }

  @Test
  void findsDeferredConstraintViolations() throws Exception {
    Table narrow = Table.of("w_narrow", Column.key("id", "smallint"), Column.of("name", "text"));
    CreateTable.ifMissing(target, narrow);
    sql.execute(
        "ALTER TABLE w_narrow ADD CONSTRAINT once UNIQUE (name) DEFERRABLE INITIALLY DEFERRED");
    List<RejectedRow<Item>> rejected = new ArrayList<>();
    try (JdbcBlockWriter<Item> writer =
        JdbcBlockWriter.open(JdbcWrite.insert(target, narrow, BINDER), rejected::add)) {
      writer.write(
          new Block<>(
              List.of(
                  new Item(1, "a"),
                  new Item(70_000, "too large"),
                  new Item(2, "nul \0"),
                  new Item(3, "a"),
                  new Item(4, "b"))));
      assertThat(writer.flush().rows()).isEqualTo(2);
    }
    assertThat(sql.query("SELECT id || name FROM w_narrow ORDER BY id"))
        .containsExactly("1a", "4b");
    assertThat(rejected.stream().map(row -> row.row().id() + ": " + row.reason()))
        .satisfiesExactlyInAnyOrder(
            reason ->
                assertThat(reason)
                    .isEqualTo(
                        "70000: a column of type int2 does not accept a number of this size"),
            reason -> assertThat(reason).startsWith("2: ").contains("invalid byte sequence"),
            reason -> assertThat(reason).startsWith("3: ").contains("violates unique constraint"));
  }

  @Test
  void firstBadRecordFailsTransactionWithoutHandler() throws Exception {
    sql.execute("ALTER TABLE " + quoted() + " ADD CHECK (id <> 777)");
    try (JdbcBlockWriter<Item> writer = JdbcBlockWriter.open(upsert())) {
      assertThatThrownBy(
              () -> {
                writer.write(items(1, 1_000));
                writer.flush();
              })
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("refuses the row of key 777: ")
          .hasMessageContaining("violates check constraint")
          .hasMessageNotContaining("item 777");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void takesTheConfigurationOfJdbcIO() throws Exception {
    String password = LocalPostgres.passwordOfThisProcess();
    JdbcIO.DataSourceConfiguration configuration =
        JdbcIO.DataSourceConfiguration.create("org.postgresql.Driver", target.url())
            .withUsername(String.valueOf(target.user()))
            .withPassword(password);
    JdbcWrite<Item> write =
        JdbcWrite.of(WriteMode.UPSERT, JdbcIoConnector.of(configuration), table, BINDER);
    writeAll(write, items(1, 10).records());
    assertThat(rows()).hasSize(10);
    assertThat(write.toString()).doesNotContain(password);
    // This driver adds the row to the reason, unless configured otherwise.
    sql.execute("ALTER TABLE " + quoted() + " ADD CHECK (id <> 77)");
    assertThatThrownBy(() -> writeAll(write, items(70, 80).records()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("refuses the row of key 77: ERROR: new row for relation ")
        .hasMessageContaining("violates check constraint")
        .hasMessageNotContaining("item 77");
  }

  private JdbcWrite<Item> upsert() {
    return JdbcWrite.upsert(target, table, BINDER);
  }

  private List<String> rows() throws Exception {
    return sql.query("SELECT id || '=' || name FROM " + quoted() + " ORDER BY id");
  }

  private String quoted() {
    return PostgresSql.quoteTable(table.name());
  }

  private static <T> void writeAll(JdbcWrite<T> write, List<T> rows) throws Exception {
    assertThat(written(write, rows).rows()).isEqualTo(rows.size());
  }

  private static <T> Written written(JdbcWrite<T> write, List<T> rows) throws Exception {
    try (JdbcBlockWriter<T> writer = JdbcBlockWriter.open(write)) {
      writer.write(new Block<>(rows));
      return writer.flush();
    }
  }

  private static Block<Item> items(long first, long last) {
    return new Block<>(
        LongStream.rangeClosed(first, last).mapToObj(id -> new Item(id, "item " + id)).toList());
  }
}

package dev.diagonal.internal.transfer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.OutputRun;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.CsvFormatter;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.run.RowTransfer;
import dev.diagonal.internal.transfer.write.TextFileSink;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.testing.Runner;
import dev.diagonal.transfer.mapping.Mapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.beam.sdk.testing.TestPipeline;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of an H2, in memory and over TCP. */
final class JdbcStandardRowsTest {

  private final Path directory;
  private final String name = "rows" + UUID.randomUUID();
  private final JdbcTarget memory =
      JdbcTarget.at("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1").withUser("sa");
  private Connection connection;

  JdbcStandardRowsTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @BeforeEach
  void connect() throws Exception {
    connection = DriverManager.getConnection(memory.url(), "sa", "");
  }

  @AfterEach
  void shutDown() throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN");
    }
    connection.close();
  }

  private void execute(String sql) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static final String EVERYTHING =
      """
      CREATE TABLE "Everything" ("id" bigint PRIMARY KEY, truth boolean, small smallint,
        number integer, single real, floating double precision, exact numeric(20, 5), words varchar,
        raw varbinary, "day" date, "hour" time(6), "local" timestamp(6),
        point timestamp(6) with time zone, mark uuid, tree json)
      """;

  @Test
  void everyTypeIsKeptAndNullsAreNull() throws Exception {
    execute(EVERYTHING);
    execute(
        """
        INSERT INTO "Everything" VALUES
          (1, true, -7, 70000, 1.5, -0.25, 12345.67800, 'a "b", ž', x'00ff', '2026-11-21',
           '23:59:58.5', '2026-11-21 01:02:03.000004', '2026-11-21 01:02:03+02:00',
           'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{"k": [1, null]}' FORMAT JSON),
          (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null)
        """);
    JdbcStandardRows rows = JdbcStandardRows.ofTable(memory, "Everything", null, 4);
    assertThat(rows.blockType().fields().stream().map(Field::type))
        .containsExactly(
            FieldType.BIGINT,
            FieldType.BOOLEAN,
            FieldType.SMALLINT,
            FieldType.INTEGER,
            FieldType.REAL,
            FieldType.DOUBLE,
            FieldType.DECIMAL,
            FieldType.TEXT,
            FieldType.BYTES,
            FieldType.DATE,
            FieldType.TIME,
            FieldType.TIMESTAMP,
            FieldType.INSTANT,
            FieldType.UUID,
            FieldType.JSON);
    List<String> lines = read(rows);
    assertThat(lines)
        .containsExactly(
            "1,true,-7,70000,1.5,-0.25,12345.67800,\"a \"\"b\"\", ž\",\\x00ff,2026-11-21,23:59:58.5,"
                + "2026-11-21T01:02:03.000004,2026-11-20T23:02:03Z,"
                + "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,\"{\"\"k\"\":[1,null]}\"",
            "2,,,,,,,,,,,,,,");
  }

  /** All rows of all ranges, as CSV has them. */
  private static List<String> read(JdbcStandardRows rows) throws Exception {
    List<String> lines = new ArrayList<>();
    CsvFormatter form = new CsvFormatter(",", '"', "\n");
    for (SourceRange range : rows.ranges()) {
      try (RowBlockReader reader = rows.open(range, 7)) {
        for (RowBlock block = reader.next(line -> {});
            block != null;
            block = reader.next(line -> {})) {
          for (int row = 0; row < block.rows(); row++) {
            ByteBuilder line = new ByteBuilder(64);
            form.putLine(block, row, line);
            lines.add(line.toString().strip());
          }
        }
      }
    }
    return lines;
  }

  @ParameterizedTest
  @EnumSource(Runner.class)
  void rangesOverTcpHoldEveryRowOnce(Runner runner) throws Exception {
    execute("CREATE TABLE n (id integer PRIMARY KEY, name varchar)");
    execute("INSERT INTO n SELECT x * 100, 'n' || x FROM SYSTEM_RANGE(0, 2000)");
    Server server = Server.createTcpServer("-tcpPort", "0").start();
    try {
      JdbcTarget remote =
          JdbcTarget.at("jdbc:h2:tcp://localhost:" + server.getPort() + "/mem:" + name)
              .withUser("sa");
      JdbcStandardRows rows = JdbcStandardRows.ofTable(remote, "N", null, 9);
      assertThat(rows.ranges()).hasSize(4);
      Path out = directory.resolve("out.csv");
      TestPipeline pipeline = runner.pipeline();
      pipeline.apply(
          RowTransfer.of(
              rows,
              Mapping.NONE,
              List.of(TextFileSink.csv(out.toString(), ",", '"', "\n", true, OutputRun.alone()))));
      pipeline.run().waitUntilFinish();
      List<String> lines = Files.readAllLines(out);
      assertThat(lines.get(0)).isEqualTo("ID,NAME");
      // Ranges are put together in their order; within one the key orders nothing.
      List<String> expected = new ArrayList<>();
      for (int x = 0; x <= 2_000; x++) {
        expected.add(x * 100 + ",n" + x);
      }
      assertThat(lines.subList(1, lines.size())).containsExactlyInAnyOrderElementsOf(expected);
    } finally {
      server.stop();
    }
  }

  @Test
  void aQueryIsOneRangeInItsOrder() throws Exception {
    execute("CREATE TABLE n (id integer)");
    execute("INSERT INTO n SELECT x FROM SYSTEM_RANGE(1, 20)");
    JdbcStandardRows rows =
        JdbcStandardRows.ofQuery(
            memory, "SELECT id AS \"i\", id * 2 AS d FROM n ORDER BY id DESC;", null, 4);
    assertThat(rows.mostRanges()).isEqualTo(1);
    assertThat(rows.blockType().names()).containsExactly("i", "D");
    assertThat(read(rows)).hasSize(20).startsWith("20,40", "19,38").endsWith("1,2");
  }

  @Test
  void refusesKeyThatIsNotAWholeNumber() throws Exception {
    execute("CREATE TABLE w (word varchar PRIMARY KEY)");
    assertThat(JdbcStandardRows.ofTable(memory, "W", null, 4).mostRanges()).isEqualTo(1);
    assertThatThrownBy(() -> JdbcStandardRows.ofTable(memory, "W", "WORD", 4))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "column 'WORD' does not hold whole numbers, so it cannot be the range key; --rangeKey names another column");
    assertThatThrownBy(() -> JdbcStandardRows.ofTable(memory, "W", "nope", 4))
        .isInstanceOf(BadInputException.class)
        .hasMessage("--rangeKey: table W has no column 'nope'; known are WORD");
  }
}

package dev.diagonal.jdbc.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.fault.Retry;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.Connector;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowBinder;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PgPass;
import dev.diagonal.testing.Runner;
import dev.diagonal.testing.SmallDisk;
import dev.diagonal.testing.Sql;
import dev.diagonal.textfile.WriteDeadLetters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A table on a disk that is full; a server and a disk of its own, since it may break them. */
final class FullDiskIT {

  private static final Retry QUICK = new Retry(4, Duration.ofMillis(20), Duration.ofMillis(200));
  private static final RowBinder<Long> BINDER =
      (id, values) -> values.putLong(id).putText("some text of row " + id);
  private static final Table TABLE =
      Table.of("full_disk", Column.key("id", "bigint"), Column.of("name", "text"));
  private static final String FULL = "No space left on device";

  private static LocalPostgres postgres;
  private static SmallDisk disk;
  private static JdbcTarget target;
  private static Sql sql;

  @TempDir private Path directory;

  @BeforeAll
  static void mountDisk() throws Exception {
    PgPass.use();
    postgres = LocalPostgres.start();
    target = JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user());
    sql = new Sql(target);
    disk = SmallDisk.mounted(16, Path.of(sql.query("SHOW data_directory").get(0)));
    sql.execute("CREATE TABLESPACE small LOCATION '" + disk.directory() + "'");
  }

  @AfterAll
  static void unmountDisk() throws Exception {
    try {
      if (postgres != null) {
        postgres.close();
      }
    } finally {
      if (disk != null) {
        disk.close();
      }
    }
  }

  @BeforeEach
  void createTable() throws Exception {
    disk.makeRoom();
    sql.execute("DROP TABLE IF EXISTS full_disk");
    CreateTable.ifMissing(target, TABLE);
    sql.execute("ALTER TABLE full_disk SET TABLESPACE small");
  }

  @ParameterizedTest
  @EnumSource(names = {"INSERT", "UPSERT"})
  void roomThatComesBackIsWaitedFor(WriteMode mode) throws Exception {
    disk.fillUpTo(256);
    MakesRoom connector = new MakesRoom(Connector.of(target), new AtomicInteger(), 3);
    JdbcWrite<Long> write = through(connector, JdbcWrite.of(mode, target, TABLE, BINDER));
    // Of the three connections one holds the run of plain inserts.
    int attempts = mode == WriteMode.INSERT ? 2 : 3;
    assertThat(written(write, 20_000).attempts()).isEqualTo(attempts);
    assertThat(connector.opened).hasValue(3);
    assertRows(20_000);
  }

  @Test
  void fullDisksFailWithTheServersReason() throws Exception {
    JdbcWrite<Long> write =
        JdbcWrite.upsert(target, TABLE, BINDER)
            .withRetry(QUICK)
            .withMaxConnections(1)
            .withWaitLimit(Duration.ofSeconds(2));
    disk.fillUpTo(256);
    assertThatThrownBy(() -> written(write, 20_000))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("cannot write a batch of 20000 rows, first key 1, to table full_disk")
        .hasMessageContaining("gave up after 4 attempts")
        .hasMessageContaining(FULL)
        .extracting(fault -> ((SQLException) fault).getSQLState())
        .isEqualTo("53100");
    assertRows(0);
    disk.makeRoom();
    assertThat(written(write, 20_000).attempts()).isEqualTo(1);
    assertRows(20_000);
  }

  @ParameterizedTest
  @EnumSource
  void fullDiskFailsRunAndLaterRunSucceeds(Runner runner) throws Exception {
    disk.fillUpTo(2_048);
    Path letters = directory.resolve("bad.jsonl");
    assertThatThrownBy(() -> run(runner, letters))
        .hasStackTraceContaining("rows, first key ")
        .hasStackTraceContaining("to table full_disk of " + target)
        .hasStackTraceContaining(FULL);
    assertThat(letters).doesNotExist();
    // Some transactions found room; all rows of each are there, or none.
    assertThat(Long.parseLong(sql.query("SELECT count(*) FROM full_disk").get(0)))
        .isBetween(1_000L, 79_000L);
    assertThat(
            sql.query(
                "SELECT DISTINCT count(*) FROM full_disk GROUP BY (id - 1) / 1000 ORDER BY 1"))
        .containsExactly("1000");
    disk.makeRoom();
    run(runner, letters);
    assertThat(letters).isEmptyFile();
    assertRows(80_000);
  }

  /** Upserts rows 1 to 80,000, a thousand a transaction. */
  private static void run(Runner runner, Path letters) throws Exception {
    List<Block<Long>> blocks = new ArrayList<>();
    for (long from = 1; from <= 80_000; from += 1_000) {
      blocks.add(rows(from, from + 999));
    }
    TestPipeline pipeline = runner.pipeline();
    try (BadRecordErrorHandler<PCollection<Written>> handler =
        pipeline.registerBadRecordErrorHandler(WriteDeadLetters.to(letters.toString(), 80_000))) {
      PCollection<Written> unused =
          pipeline
              .apply(Create.of(blocks).withCoder(Block.coder(VarLongCoder.of())))
              .apply(
                  WriteToJdbc.of(
                          JdbcWrite.upsert(target, TABLE, BINDER)
                              .withRetry(QUICK)
                              .withCommitRows(1_000))
                      .withBadRecordErrorHandler(handler));
    }
    assertThat(pipeline.run().waitUntilFinish()).isEqualTo(State.DONE);
  }

  private static JdbcWrite<Long> through(Connector database, JdbcWrite<Long> write) {
    return new JdbcWrite<>(
        database,
        write.table(),
        write.binder(),
        write.mode(),
        null,
        write.commitRows(),
        write.batchesInFlight(),
        write.maxConnections(),
        write.waitLimit(),
        QUICK,
        write.ledger());
  }

  private static Written written(JdbcWrite<Long> write, long rows) throws Exception {
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(write)) {
      writer.write(rows(1, rows));
      return writer.flush();
    }
  }

  private static Block<Long> rows(long first, long last) {
    return new Block<>(LongStream.rangeClosed(first, last).boxed().toList());
  }

  private static void assertRows(long rows) throws SQLException {
    assertThat(
            sql.query(
                "SELECT count(*) || ' ' || coalesce(sum(id), 0) || ' ' || count(name)"
                    + " FROM full_disk"))
        .containsExactly(rows + " " + rows * (rows + 1) / 2 + " " + rows);
  }

  /** Makes room on the disk when so many connections have been opened: each fault costs one. */
  private record MakesRoom(Connector database, AtomicInteger opened, int atConnection)
      implements Connector {
    @Override
    public Connection connect() throws SQLException {
      if (opened.incrementAndGet() == atConnection) {
        try {
          disk.makeRoom();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return database.connect();
    }

    @Override
    public String name() {
      return database.name();
    }
  }
}

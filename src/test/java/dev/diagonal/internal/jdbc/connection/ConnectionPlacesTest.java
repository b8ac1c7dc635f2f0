package dev.diagonal.internal.jdbc.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.block.Block;
import dev.diagonal.jdbc.connection.Connector;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.write.JdbcBlockWriter;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.testing.Sql;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ConnectionPlacesTest {

  private static final Table TABLE =
      Table.of("t", Column.key("id", "bigint"), Column.of("name", "varchar(20)"));

  private final JdbcTarget target = JdbcTarget.at("jdbc:h2:mem:" + UUID.randomUUID());

  @Test
  void manyWritersShareFewConnections() throws Exception {
    try (Connection keepsTheDatabase = DriverManager.getConnection(target.url())) {
      new Sql(target).execute("CREATE TABLE \"t\" (\"id\" bigint, \"name\" varchar(20))");
      Counting connector = new Counting(Connector.of(target), new AtomicInteger());
      JdbcWrite<Long> write = write(connector).withMaxConnections(2).withCommitRows(10);
      List<CompletableFuture<Long>> writers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        long first = 1_000L * i;
        writers.add(CompletableFuture.supplyAsync(() -> written(write, first)));
      }
      for (CompletableFuture<Long> writer : writers) {
        assertThat(writer.join()).isEqualTo(100);
      }
      assertThat(new Sql(target).query("SELECT count(DISTINCT \"id\") FROM \"t\""))
          .containsExactly("600");
      assertThat(connector.most.get()).isBetween(1, 2);
      assertThat(keepsTheDatabase.isValid(1)).isTrue();
    }
  }

  @Test
  void neverExceedsItsPlacesAndReportsHolders() throws Exception {
    ConnectionPlaces places = ConnectionPlaces.of(Connector.of(target));
    HeldConnection unused = new HeldConnection(Connector.of(target));
    ConnectionPlaces.Place first = places.take(1, Duration.ofSeconds(1), "do this", unused);
    assertThatThrownBy(() -> places.take(1, Duration.ofMillis(1), "do that", unused))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("waited 1 ms for one of the 1 connections to jdbc:h2:mem:")
        .hasMessageContaining("thread '" + Thread.currentThread().getName() + "' has held one for")
        .hasMessageEndingWith("ms to do this");
    first.rest();
    ConnectionPlaces.Place second = places.take(1, Duration.ofSeconds(1), "do that", unused);
    assertThat(first.resume("go on")).isFalse();
    second.leave();
    ConnectionPlaces.Place third = places.take(1, Duration.ofSeconds(1), "do more", unused);
    third.rest();
    assertThat(third.resume("go on")).isTrue();
    third.leave();
  }

  @Test
  void waiterGetsPlaceThatBecomesIdle() throws Exception {
    ConnectionPlaces places = ConnectionPlaces.of(Connector.of(target));
    HeldConnection unused = new HeldConnection(Connector.of(target));
    ConnectionPlaces.Place first = places.take(1, Duration.ofSeconds(1), "do this", unused);
    CountDownLatch started = new CountDownLatch(1);
    CompletableFuture<ConnectionPlaces.Place> waiter =
        CompletableFuture.supplyAsync(
            () -> {
              started.countDown();
              try {
                return places.take(1, Duration.ofMinutes(1), "do that", unused);
              } catch (SQLException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    started.await();
    first.rest();
    waiter.get().leave();
    assertThat(first.resume("go on")).isFalse();
  }

  private JdbcWrite<Long> write(Connector connector) {
    JdbcWrite<Long> write =
        JdbcWrite.insert(target, TABLE, (id, values) -> values.putLong(id).putText("x"));
    return new JdbcWrite<>(
        connector,
        TABLE,
        write.binder(),
        write.mode(),
        null,
        write.commitRows(),
        write.batchesInFlight(),
        write.maxConnections(),
        write.waitLimit(),
        write.retry(),
        write.ledger());
  }

  /** Asks the database at each new connection how many there are, besides the one that keeps it. */
  private record Counting(Connector database, AtomicInteger most) implements Connector {
    @Override
    public Connection connect() throws SQLException {
      Connection connection = database.connect();
      try (Statement statement = connection.createStatement();
          ResultSet count =
              statement.executeQuery("SELECT count(*) - 1 FROM information_schema.sessions")) {
        count.next();
        most.accumulateAndGet(count.getInt(1), Math::max);
      }
      return connection;
    }

    @Override
    public String name() {
      return database.name();
    }
  }

  private static long written(JdbcWrite<Long> write, long first) {
    try (JdbcBlockWriter<Long> writer = JdbcBlockWriter.open(write)) {
      long rows = 0;
      for (long from = first; from < first + 100; from += 25) {
        writer.write(new Block<>(LongStream.range(from, from + 25).boxed().toList()));
        rows += writer.flush().rows();
      }
      return rows;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}

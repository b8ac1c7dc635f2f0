package dev.diagonal.benchmarks;

import dev.diagonal.benchmarks.EdgeCase.Condition;
import dev.diagonal.benchmarks.EdgeLoad.Edge;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.Fold;
import dev.diagonal.jdbc.relationships.UpsertRelationships;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PgPass;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;

/** The PostgreSQL of the benchmark: what it is made to do, and what it has seen. */
final class EdgesServer implements AutoCloseable {

  /** After so long a wait for a lock is in the log, and a deadlock is looked for. */
  static final int DEADLOCK_TIMEOUT_MILLIS = 10;

  /** How long the network takes, each way. */
  static final int NETWORK_MILLIS = 2;

  private static final Pattern ROW_LOCK_WAIT =
      Pattern.compile("still waiting for \\w+ on (transaction|tuple|speculative token) ");

  private final LocalPostgres server;
  private final ServerSql sql;
  private final DelayRelay relay;

  private EdgesServer(LocalPostgres server, DelayRelay relay) {
    this.server = server;
    this.sql = new ServerSql(server);
    this.relay = relay;
  }

  static EdgesServer start() throws IOException {
    PgPass.use();
    LocalPostgres server =
        LocalPostgres.configure()
            .withSetting("deadlock_timeout", DEADLOCK_TIMEOUT_MILLIS + "ms")
            .withSetting("log_lock_waits", "on")
            .withSetting("synchronous_commit", "off")
            .withSetting("autovacuum", "off")
            .withSetting("max_wal_size", "8GB")
            .start();
    return new EdgesServer(server, new DelayRelay(server.port(), NETWORK_MILLIS));
  }

  /**
   * What the server has seen.
   *
   * @param deadlocks how many it has broken
   * @param rowLockWaits how often a session waited longer than {@link #DEADLOCK_TIMEOUT_MILLIS} for
   *     a row that another one had written
   */
  record Seen(long deadlocks, long rowLockWaits) {
    Seen since(Seen before) {
      return new Seen(deadlocks - before.deadlocks, rowLockWaits - before.rowLockWaits);
    }
  }

  /** Returns the clock of CPU time of this JVM and the server. */
  CpuSeconds cpu() throws SQLException {
    return CpuSeconds.with(server);
  }

  /** Returns what it has seen since it was started. */
  Seen seen() throws SQLException {
    return new Seen(
        sql.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"),
        ROW_LOCK_WAIT.matcher(server.log()).results().count());
  }

  /** Makes the tables, and what takes time in a transaction after its rows are locked. */
  JdbcTarget prepare(Condition condition) throws Exception {
    JdbcTarget direct = JdbcTarget.at(server.jdbcUrl()).withUser(server.user());
    sql.execute("DROP TABLE IF EXISTS edges, nodes, nodes_deltas CASCADE");
    EdgeLoad.TABLES.createIfMissing(direct);
    Fold.of(
            UpsertRelationships.<Edge>into(
                direct, EdgeLoad.TABLES, (edge, values) -> values.putNull()))
        .createIfMissing();
    if (condition == Condition.WORK || condition == Condition.STRAGGLERS) {
      String seconds =
          condition == Condition.WORK
              ? "0.04"
              : "CASE WHEN txid_current() % 20 = 0 THEN 0.2 ELSE 0.04 END";
      sql.execute(
          "CREATE OR REPLACE FUNCTION work() RETURNS trigger LANGUAGE plpgsql AS"
              + " $$ BEGIN PERFORM pg_sleep(%s); RETURN NULL; END $$".formatted(seconds));
      for (String counts : List.of("nodes", "nodes_deltas")) {
        sql.execute(
            "CREATE TRIGGER work AFTER INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION work()"
                .formatted(counts));
      }
    }
    return condition == Condition.NETWORK
        ? JdbcTarget.at("jdbc:postgresql://127.0.0.1:" + relay.port() + "/postgres")
            .withUser(server.user())
        : direct;
  }

  void truncate() throws SQLException {
    sql.execute("TRUNCATE edges, nodes, nodes_deltas");
    sql.execute("CHECKPOINT");
  }

  /** Fails unless all edges are there and the counts of all nodes are theirs. */
  void check(List<Edge> edges) throws SQLException {
    long wrong =
        sql.number(
            """
            SELECT count(*) FROM nodes FULL JOIN (
              SELECT id, sum(o) AS o, sum(i) AS i FROM (
                SELECT source AS id, 1 AS o, 0 AS i FROM edges
                UNION ALL SELECT target, 0, 1 FROM edges) AS ends GROUP BY id) AS counted
            USING (id) WHERE (out_degree, in_degree) IS DISTINCT FROM (o, i)""");
    long written = sql.number("SELECT count(*) FROM edges");
    if (wrong != 0 || written != edges.size()) {
      throw new IllegalStateException(
          "%d edges of %d are there, %d nodes are wrong".formatted(written, edges.size(), wrong));
    }
  }

  @Override
  public void close() throws IOException {
    relay.close();
    server.close();
  }
}

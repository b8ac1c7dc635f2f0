package dev.diagonal.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.PgPass;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * {@code load-edges} into a real PostgreSQL: eight files, and a node for each ten edges, so that
 * more edges are more nodes and not hotter ones.
 */
final class EdgesWork implements ScaleWork {

  /** A server that keeps its data, but whose commits do not wait for the disk. */
  static final String SETTINGS =
      "fsync and full_page_writes on, synchronous_commit off, autovacuum off, max_wal_size 8GB, shared_buffers 1GB";

  private static final int FILES = 8;
  private static final int EDGES_PER_NODE = 10;

  private final long unit;
  private final LocalPostgres server;
  private final EdgeDatabase database;
  private final CpuSeconds cpu;

  EdgesWork(long unit) throws SQLException {
    this.unit = unit;
    PgPass.use();
    this.server =
        LocalPostgres.configure()
            .withSetting("fsync", "on")
            .withSetting("full_page_writes", "on")
            .withSetting("synchronous_commit", "off")
            .withSetting("autovacuum", "off")
            .withSetting("max_wal_size", "8GB")
            .withSetting("shared_buffers", "1GB")
            .start();
    this.database = new EdgeDatabase(server);
    this.cpu = CpuSeconds.with(server);
  }

  @Override
  public String command() {
    return "load-edges";
  }

  @Override
  public long unit() {
    return unit;
  }

  @Override
  public ScaleInput prepare(long rows) throws IOException {
    Path directory = DATA.resolve("edges-" + rows);
    Files.createDirectories(directory);
    List<Path> files = new ArrayList<>();
    long fileRows = rows / FILES;
    for (int i = 0; i < FILES; i++) {
      Path file = directory.resolve("edges-" + i + ".csv");
      if (!Files.exists(file)) {
        write(file, fileRows, Math.max(2, (int) (rows / EDGES_PER_NODE)), i);
      }
      files.add(file);
    }
    return new ScaleInput(
        fileRows * FILES,
        ScaleWork.readThrough(files),
        List.of(
            "--input=" + directory.resolve("*.csv"),
            "--jdbcUrl=" + server.jdbcUrl(),
            "--jdbcUser=" + server.user()));
  }

  @Override
  public void clear() throws SQLException {
    database.execute("DROP TABLE IF EXISTS edges, nodes");
    database.execute("CHECKPOINT");
  }

  @Override
  public long check(ScaleInput input, JsonNode summary) throws SQLException {
    ScaleWork.same("edges read", summary.path("rows_read").asLong(), input.rows());
    ScaleWork.same("edges in the table", database.edges(), input.rows());
    ScaleWork.same(
        "ends counted",
        database.number("SELECT sum(out_degree + in_degree) FROM nodes"),
        2 * input.rows());
    ScaleWork.same("nodes that are wrong", database.wrongNodes().size(), 0);
    ScaleWork.same(
        "deadlocks",
        database.number("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'"),
        0);
    return 0;
  }

  @Override
  public ServerSeen serverSeen() throws SQLException {
    return new ServerSeen(
        cpu.server(),
        database.number("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"));
  }

  @Override
  public void close() {
    server.close();
  }

  private static void write(Path file, long rows, int nodes, int number) throws IOException {
    Path partial = file.resolveSibling("." + file.getFileName());
    SplittableRandom random = new SplittableRandom(rows * FILES + number);
    try (BufferedWriter out = Files.newBufferedWriter(partial, US_ASCII)) {
      out.write("source,target\n");
      for (long row = 0; row < rows; row++) {
        int source = random.nextInt(nodes);
        int other = random.nextInt(nodes - 1);
        out.write(source + "," + (other < source ? other : other + 1) + "\n");
      }
    }
    Files.move(partial, file);
  }
}

package dev.diagonal.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.jdbc.connection.JdbcTarget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Neo4j Community in a JVM of its own, on a free port, without passwords; it is gone when this
 * JVM is gone, even by signal 9. Thread-safe.
 *
 * <p>Maven writes its class path to a file on the way to the tests: see {@code pom.xml}.
 */
public final class LocalNeo4j implements AutoCloseable {

  private static final Path PROGRAM = Path.of("src/test/neo4j/BoltServer.java");

  private final Process process;
  private final BufferedReader answers;
  private final Path directory;
  private final int port;

  private LocalNeo4j(Process process, BufferedReader answers, Path directory, int port) {
    this.process = process;
    this.answers = answers;
    this.directory = directory;
    this.port = port;
  }

  /** Returns a server that answers, and compiles little, since tests do not use it for long. */
  static LocalNeo4j start() {
    return start("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  }

  /** Returns a server that answers, in a JVM with these options. */
  public static LocalNeo4j start(String... jvmOptions) {
    try {
      Path directory = Files.createTempDirectory("diagonal-neo4j-");
      String classPath =
          Files.readString(
              Path.of(System.getProperty("diagonal.neo4jClasspath", "target/neo4j.classpath")));
      Path log = directory.resolve("server.log");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of(jvmOptions));
      command.addAll(
          List.of(
              "-Xmx512m",
              "--add-opens=java.base/java.nio=ALL-UNNAMED",
              "--add-opens=java.base/java.lang=ALL-UNNAMED",
              "-cp",
              classPath,
              PROGRAM.toString(),
              directory.toString()));
      Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
      // Whoever reads it waits for the port, or for the end of the process.
      BufferedReader answers =
          new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      String port = answers.readLine();
      if (port == null) {
        throw new IllegalStateException("Neo4j has not started:\n" + Files.readString(log));
      }
      return new LocalNeo4j(process, answers, directory, Integer.parseInt(port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the port of Bolt on 127.0.0.1. */
  public int port() {
    return port;
  }

  /** Returns its database. */
  public JdbcTarget database() {
    return databaseAt(port);
  }

  /** Returns its database through another port of this machine. */
  public JdbcTarget databaseAt(int relayPort) {
    return JdbcTarget.at("jdbc:neo4j://127.0.0.1:" + relayPort);
  }

  /** Deletes all nodes, relationships, constraints and indexes of properties. */
  public void clear() throws SQLException {
    for (List<Object> constraint : query("SHOW CONSTRAINTS YIELD name")) {
      query("DROP CONSTRAINT `%s`".formatted(constraint.get(0)));
    }
    for (List<Object> index : query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'")) {
      query("DROP INDEX `%s`".formatted(index.get(0)));
    }
    // In parts, since a transaction is held in memory.
    while (!query("MATCH ()-[r]->() RETURN 1 LIMIT 1").isEmpty()) {
      query("MATCH ()-[r]->() WITH r LIMIT 20000 DELETE r");
    }
    while (!query("MATCH (n) RETURN 1 LIMIT 1").isEmpty()) {
      query("MATCH (n) WITH n LIMIT 5000 DELETE n");
    }
  }

  /** Connects, and waits longer than the driver's second: the machine may be busy. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(database().url() + "?timeout=60000");
  }

  /** Runs a statement of Cypher in a transaction of its own; returns its rows. */
  public List<List<Object>> query(String cypher) throws SQLException {
    List<List<Object>> rows = new ArrayList<>();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      if (statement.execute(cypher)) {
        try (ResultSet result = statement.getResultSet()) {
          int width = result.getMetaData().getColumnCount();
          while (result.next()) {
            List<Object> row = new ArrayList<>();
            for (int i = 1; i <= width; i++) {
              row.add(result.getObject(i));
            }
            rows.add(row);
          }
        }
      }
    }
    return rows;
  }

  /**
   * Returns how many deadlocks the server has detected since the last call, whoever was notified of
   * them.
   */
  public synchronized long newDeadlocks() throws IOException {
    OutputStream input = process.getOutputStream();
    input.write('\n');
    input.flush();
    return Long.parseLong(answers.readLine());
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    for (Path file : files()) {
      Files.delete(file);
    }
  }

  /** Returns all that is in its directory, the deepest first, and the directory. */
  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.sorted(Comparator.reverseOrder()).toList();
    }
  }
}

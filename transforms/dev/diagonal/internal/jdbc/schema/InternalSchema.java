package dev.diagonal.internal.jdbc.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * Diagonal's schema in a user's PostgreSQL database. Only this class knows its tables.
 *
 * <ul>
 *   <li>{@code version}: one row, the version of these tables. Its column's name marks the schema
 *       as Diagonal's.
 *   <li>{@code runs}: one row per run. A run is alive while a session holds its advisory lock, see
 *       {@link Runs}.
 *   <li>{@code ledger}: one row per committed transaction that must not be repeated, see {@link
 *       Ledger}.
 *   <li>{@code files}, {@code file_pieces}: what was read into tables whose rows are identified by
 *       their places in files, see {@link FilePieces}.
 *   <li>{@code transfers}: one row per transfer that a later run can go on with, see {@link
 *       UnfinishedTransfers}.
 *   <li>{@code marks}: up to where incremental transfers have read, see {@link HighWaterMarks}.
 *   <li>{@code stage_…}: tables in which rows wait for publication, named by {@link #stageName}.
 * </ul>
 *
 * <p>Immutable and thread-safe. All methods work in the transaction of the connection that they are
 * given, unless stated otherwise.
 *
 * @param name the name of the schema, exactly as in the database
 */
public record InternalSchema(String name) implements Serializable {

  /** The default name of the schema. */
  public static final String DEFAULT_NAME = "diagonal";

  /** The version of the tables that this release creates and uses. */
  static final int VERSION = 1;

  /** NAMEDATALEN - 1: the server truncates longer names. */
  private static final int MAX_BYTES = 63;

  private static final String STAGE_PREFIX = "stage_";

  /** Serializes creation: IF NOT EXISTS alone looks before it locks. */
  static final String LOCK_CREATION =
      "SELECT pg_advisory_xact_lock(hashtextextended('diagonal: create the internal schema', 0))";

  private static final String CREATE =
      """
      CREATE TABLE %1$s.version (diagonal_schema_version int PRIMARY KEY);
      CREATE TABLE %1$s.runs (
        run uuid PRIMARY KEY,
        command text NOT NULL,
        started_by text NOT NULL DEFAULT session_user,
        started_at timestamptz NOT NULL DEFAULT clock_timestamp());
      CREATE TABLE %1$s.ledger (
        token uuid PRIMARY KEY,
        run uuid NOT NULL,
        target text NOT NULL,
        range text,
        rows bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp());
      CREATE INDEX ON %1$s.ledger (run);
      COMMENT ON TABLE %1$s.version IS 'Diagonal keeps its runs here; diagonal clean lists and drops what killed runs left';
      INSERT INTO %1$s.version VALUES (%2$s)
      """;

  /**
   * @throws IllegalArgumentException if {@code name} has not 1 to 63 bytes, is blank, contains a
   *     dot or a NUL, or starts with {@code pg_}
   */
  public InternalSchema {
    if (name.isBlank()
        || name.indexOf('\0') >= 0
        || name.indexOf('.') >= 0
        || name.startsWith("pg_")
        || name.getBytes(UTF_8).length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "the internal schema's name must have 1 to %s bytes, not be blank, contain no dot and not start with pg_, got '%s'"
              .formatted(MAX_BYTES, name));
    }
  }

  /**
   * Refuses a user's table in this schema, among Diagonal's own.
   *
   * @param table a name without quotes, with or without a schema
   * @throws IllegalArgumentException if it is in this schema
   */
  public void refuse(String table) {
    if (table.startsWith(name + ".")) {
      throw new IllegalArgumentException(
          "table %s is in schema %s, which holds Diagonal's own tables: use a table in another schema, or another --internalSchema"
              .formatted(table, name));
    }
  }

  /**
   * Creates the schema and its tables if they are missing and the user may, and returns what the
   * user may do there. Safe to call from concurrent processes.
   *
   * @param connection without auto-commit and without an open transaction; its transaction is
   *     committed or rolled back
   * @throws InternalSchemaException if the schema has a newer version, or is not Diagonal's
   */
  public SchemaRights open(Connection connection) throws SQLException {
    SchemaRights rights = find(connection);
    if (rights.mayBeCreated()) {
      try (Statement statement = connection.createStatement()) {
        // At a higher level, a snapshot from before the wait would hide what another process made.
        statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
        statement.execute(LOCK_CREATION);
        // Another process may have created it meanwhile, perhaps as another user.
        SchemaRights now = SchemaRights.find(connection, this);
        if (now.mayBeCreated()) {
          // Even with IF NOT EXISTS, this needs the right to create schemas.
          if (!now.exists()) {
            statement.execute("CREATE SCHEMA " + quoted(connection));
          }
          statement.execute(CREATE.formatted(quoted(connection), VERSION));
        }
      }
      connection.commit();
      rights = find(connection);
    }
    return rights;
  }

  /**
   * Returns what the user may do in the schema, without creating anything.
   *
   * @param connection without auto-commit and without an open transaction, which is rolled back
   * @throws InternalSchemaException if the schema has a newer version, or is not Diagonal's
   */
  public SchemaRights find(Connection connection) throws SQLException {
    try {
      SchemaRights rights = SchemaRights.find(connection, this);
      if (rights.isUsable()) {
        checkVersion(connection);
      }
      return rights;
    } finally {
      connection.rollback();
    }
  }

  private void checkVersion(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT max(diagonal_schema_version) FROM " + table(connection, "version"))) {
      result.next();
      int version = result.getInt(1);
      if (version > VERSION) {
        throw InternalSchemaException.unsuitable(
            "schema %s has version %s of Diagonal's tables, but this Diagonal supports only version %s: use a newer Diagonal, or --internalSchema=<another schema>"
                .formatted(name, version, VERSION));
      }
    }
  }

  /** Returns the table of runs. */
  public Runs runs() {
    return new Runs(this);
  }

  /** Returns the tables of files. */
  public FilePieces filePieces() {
    return new FilePieces(this);
  }

  /** Returns the table of transfers that a later run can go on with. */
  public UnfinishedTransfers unfinishedTransfers() {
    return new UnfinishedTransfers(this);
  }

  /** Returns the table of high-water marks. */
  public HighWaterMarks highWaterMarks() {
    return new HighWaterMarks(this);
  }

  /** Returns the table of committed transactions. */
  public Ledger ledger() {
    return new Ledger(this);
  }

  /**
   * Returns the name of a stage of this run: {@code schema.table}, not quoted. Two stages of one
   * run have different numbers.
   */
  public String stageName(UUID run, int number) {
    return name + "." + STAGE_PREFIX + run.toString().replace("-", "") + "_" + number;
  }

  /** Returns a regular expression for the names of stages; its group is the run in hex digits. */
  static String stagePattern() {
    return "^" + STAGE_PREFIX + "([0-9a-f]{32})_[0-9]+$";
  }

  /** Returns the name of one of the tables, quoted. */
  String table(Connection connection, String table) throws SQLException {
    return quoted(connection) + "." + quote(connection, table);
  }

  /** Returns the quoted name of one of the tables, without a connection. */
  String quotedTable(String table) {
    return '"' + name.replace("\"", "\"\"") + "\"." + table;
  }

  private String quoted(Connection connection) throws SQLException {
    return quote(connection, name);
  }

  static String quote(Connection connection, String identifier) throws SQLException {
    return connection.unwrap(org.postgresql.PGConnection.class).escapeIdentifier(identifier);
  }

  /** Binds a run and returns whether at least one row was found or changed. */
  static boolean executeForRun(Connection connection, String sql, UUID run) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, run);
      if (statement.execute()) {
        try (ResultSet result = statement.getResultSet()) {
          return result.next() && result.getBoolean(1);
        }
      }
      return statement.getUpdateCount() > 0;
    }
  }
}

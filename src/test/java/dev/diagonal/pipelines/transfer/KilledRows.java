package dev.diagonal.pipelines.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.CommandJvm;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What transfers write into table {@code killed} while they are killed at random moments: rows with
 * the ids 0, 1, 2 and so on, and {@code n = 2 * id + 1}. {@code -Ddiagonal.kills} sets how many
 * kills a whole test class has.
 *
 * @param size how many rows there are
 */
record KilledRows(int size) {

  static final int KILLS = Integer.getInteger("diagonal.kills", 100);

  /** How long a run may take to the moment of its kill. */
  static final Duration BOUND = Duration.ofMinutes(2);

  private static final int FILES = 3;
  private static final int SIGKILL = 128 + 9;

  /** Writes them into several files, and returns what names all of these. */
  Path writeFiles(Path directory) throws IOException {
    for (int file = 0; file < FILES; file++) {
      StringBuilder csv = new StringBuilder("id,n\n");
      for (int row = file * size / FILES; row < (file + 1) * size / FILES; row++) {
        csv.append(row).append(',').append(2 * row + 1).append('\n');
      }
      Files.writeString(directory.resolve("part" + file + ".csv"), csv);
    }
    return directory.resolve("part*.csv");
  }

  /** Returns how many of them the table has; a row twice, or any other one, fails the test. */
  int found(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT id, n FROM killed ORDER BY id, n")) {
      int found = 0;
      for (long last = -1; result.next(); found++) {
        long id = result.getLong(1);
        long n = result.getLong(2);
        if (id <= last || id >= size || n != 2 * id + 1) {
          throw new AssertionError("row (%s, %s) follows id %s".formatted(id, n, last));
        }
        last = id;
      }
      return found;
    }
  }

  /** The same, in PostgreSQL. */
  int found(EdgeDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      return found(connection);
    }
  }

  /** Returns how many bytes of rows wait for their publication, of any transaction. */
  static long stagedBytes(EdgeDatabase database) {
    return database.numberNow(
        "SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM pg_class WHERE relname ~ '^stage_' AND relkind = 'r'");
  }

  static void assertNothingIsLeft(EdgeDatabase database) throws SQLException {
    assertThat(database.number("SELECT count(*) FROM diagonal.transfers")).isZero();
    assertThat(database.number("SELECT count(*) FROM diagonal.ledger")).isZero();
    assertThat(database.number("SELECT count(*) FROM diagonal.runs")).isZero();
    assertThat(stages(database)).isZero();
  }

  private static long stages(EdgeDatabase database) throws SQLException {
    return database.number("SELECT count(*) FROM pg_class WHERE relname ~ '^stage_'");
  }

  /**
   * Runs a command in a JVM that is killed at that moment, and returns whether it was alive then. A
   * run that has ended before must have succeeded.
   */
  static boolean isKilledAt(BooleanSupplier moment, Path directory, List<String> command)
      throws IOException {
    try (CommandJvm life = CommandJvm.start(directory, command)) {
      boolean unused =
          Eventually.within(BOUND, () -> !life.process().isAlive() || moment.getAsBoolean());
      life.kill();
      int status = life.await();
      assertThat(status).as(life.said()).isIn(0, SIGKILL);
      return status == SIGKILL;
    }
  }
}

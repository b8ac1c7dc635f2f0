package dev.diagonal.pipelines.transfer;

import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A killed run leaves a journal that the next connection rolls back. */
@ExtendWith(PostgresExtension.class)
final class SqliteKillsIT extends StoreKillCases {

  /** The position of the counter of transactions: https://www.sqlite.org/fileformat.html. */
  private static final int CHANGE_COUNTER = 24;

  SqliteKillsIT(@TempDir Path directory, LocalPostgres postgres) {
    super(directory, postgres);
  }

  @Override
  String url() {
    return "jdbc:sqlite:" + directory.resolve("store.db");
  }

  @Override
  long progress() {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("store.db").toFile(), "r")) {
      file.seek(CHANGE_COUNTER);
      return file.readInt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  int wholeProgress() {
    return COMMITS;
  }
}

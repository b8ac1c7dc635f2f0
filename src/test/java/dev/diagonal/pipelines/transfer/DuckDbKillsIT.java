package dev.diagonal.pipelines.transfer;

import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A killed run leaves a log that the next connection applies. */
@ExtendWith(PostgresExtension.class)
final class DuckDbKillsIT extends StoreKillCases {

  DuckDbKillsIT(@TempDir Path directory, LocalPostgres postgres) {
    super(directory, postgres);
  }

  @Override
  String url() {
    return "jdbc:duckdb:" + directory.resolve("store.db");
  }

  /** No other process can open the database, but each transaction adds to its log. */
  @Override
  long progress() {
    return directory.resolve("store.db.wal").toFile().length();
  }

  @Override
  int wholeProgress() {
    return 160_000;
  }
}

package dev.diagonal.testing;

import dev.diagonal.pipelines.local.LocalPostgres;

/** Gives tests the {@link LocalPostgres} that all tests of this JVM share. */
public final class PostgresExtension extends SharedServerExtension<LocalPostgres> {

  public PostgresExtension() {
    super(LocalPostgres.class, LocalPostgres::start);
    PgPass.use();
  }
}

package dev.diagonal.testing;

import dev.diagonal.pipelines.local.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The password of the PostgreSQL servers that this JVM starts, where the JDBC driver and psql look
 * when nobody gives them one: in PostgreSQL's password file. It is valid for every port, since
 * tests put relays before a server, and for every role that a test gives the same password.
 */
public final class PgPass {

  private static final Path FILE = write();

  private PgPass() {}

  /** Makes the connections of this JVM that name no password use the file. */
  public static void use() {
    System.setProperty("org.postgresql.pgpassfile", FILE.toString());
  }

  /** Returns what makes another process use the file. */
  public static Map<String, String> environment() {
    return Map.of("PGPASSFILE", FILE.toString());
  }

  private static Path write() {
    try {
      Path file = Files.createTempFile("diagonal-pgpass-", null);
      file.toFile().deleteOnExit();
      String password = LocalPostgres.passwordOfThisProcess();
      return Files.writeString(
          file, "127.0.0.1:*:*:*:%1$s\nlocalhost:*:*:*:%1$s\n".formatted(password));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

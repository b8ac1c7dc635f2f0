package dev.diagonal.pipelines.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.postgresql.util.PasswordUtil;

/**
 * The superuser's password of an embedded PostgreSQL, and its files, which only the user of this
 * JVM can read.
 *
 * @param text the password
 */
record PostgresPassword(String text) {

  private static final int BYTES = 24;
  private static final int SALT_BYTES = 16;

  /** More iterations slow down dictionary attacks; a random number of 192 bits needs none. */
  private static final int ITERATIONS = 1;

  private static final PostgresPassword OF_THIS_PROCESS = random();

  private static PostgresPassword random() {
    return new PostgresPassword(
        Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(BYTES)));
  }

  /** Returns the password of all servers of this JVM whose data is deleted with them. */
  static PostgresPassword ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** Returns the password of a server whose data is kept, or a new one if there is none yet. */
  static PostgresPassword ofKept(Path directory) throws IOException {
    Path file = file(directory);
    return Files.exists(file) ? new PostgresPassword(Files.readString(file).strip()) : random();
  }

  /** Returns the file with the password, for {@code --jdbcPasswordFile}. */
  static Path file(Path directory) {
    return directory.resolve("password");
  }

  /** Returns the file that {@code PGPASSFILE} names, for libpq, psql and the JDBC driver. */
  static Path pgpass(Path directory) {
    return directory.resolve("pgpass");
  }

  /** Writes the password where {@link #ofKept} finds it. */
  void save(Path directory) throws IOException {
    write(file(directory), text);
  }

  /** Writes {@link #pgpass} for a server at this port. */
  void savePgpass(Path directory, int port, String user) throws IOException {
    write(pgpass(directory), "127.0.0.1:%s:*:%s:%s".formatted(port, user, text));
  }

  /** Returns the verifier that the server stores, which cannot be used to log in. */
  String verifier() {
    return PasswordUtil.encodeScramSha256(text.toCharArray(), ITERATIONS, bytes(SALT_BYTES));
  }

  /** Writes a file of one line that only this user can read, atomically. */
  static void write(Path file, String line) throws IOException {
    Path incomplete = file.resolveSibling(file.getFileName() + ".incomplete");
    Files.deleteIfExists(incomplete);
    Files.createFile(
        incomplete,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(incomplete, line + "\n");
    Files.move(incomplete, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Never shows the password. */
  @Override
  public String toString() {
    return "PostgresPassword[****]";
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }
}

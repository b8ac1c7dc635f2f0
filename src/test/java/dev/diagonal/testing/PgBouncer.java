package dev.diagonal.testing;

import dev.diagonal.pipelines.local.LocalPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The real PgBouncer in transaction mode before a server, where it is installed. */
public final class PgBouncer implements AutoCloseable {

  private static final List<String> PLACES = List.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer");

  private final Process process;
  private final int port;

  private PgBouncer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Whether it is installed. */
  public static boolean isInstalled() {
    return binary().isPresent();
  }

  private static Optional<Path> binary() {
    return PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
  }

  /** Starts one with two connections to the server, as user nobody if this is root's process. */
  public static PgBouncer before(LocalPostgres postgres, Path directory) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path settings =
        Files.writeString(
            directory.resolve("pgbouncer.ini"),
            """
            [databases]
            postgres = host=127.0.0.1 port=%d dbname=postgres user=%s password=%s connect_query='SET idle_in_transaction_session_timeout = 777000'
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %d
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 2
            ignore_startup_parameters = extra_float_digits
            """
                .formatted(postgres.port(), postgres.user(), postgres.password(), port));
    List<String> command = List.of(binary().orElseThrow().toString(), "-q", settings.toString());
    Path log = directory.resolve("pgbouncer.log");
    PgBouncer bouncer = new PgBouncer(AsNobody.start(log, command), port);
    if (!Eventually.within(Duration.ofMinutes(2), bouncer::answers)) {
      bouncer.close();
      throw new IOException(Files.readString(log));
    }
    return bouncer;
  }

  private boolean answers() {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}

package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A real PostgreSQL 16 on a random loopback port, ready in about a second. Clients need a random
 * password, which {@link #passwordFile()} contains, readable only by the user of this JVM; there is
 * no Unix socket. Under root the server runs as {@code nobody}. Encoding UTF8, locale C.
 *
 * <p>By default its data is deleted with it, and it does not wait for the disk ({@code fsync} and
 * {@code full_page_writes} are off); with a data directory it does. In both cases, commits survive
 * {@link #kill()}. Thread-safe.
 */
public final class LocalPostgres extends LocalServer {

  /** The superuser. */
  public static final String USER = "postgres";

  private static final Map<String, String> SETTINGS =
      Map.of(
          "max_connections", "100",
          "shared_buffers", "256MB",
          "max_wal_size", "4GB",
          // Tests derive from it which transactions were in flight at the same time.
          "track_commit_timestamp", "on",
          "listen_addresses", "127.0.0.1",
          "unix_socket_directories", "");

  /**
   * Commits stay synchronous: without fsync they cost nothing (10,000 take 0.7 s either way),
   * whereas a kill would lose the most recent asynchronous ones.
   */
  private static final Map<String, String> NO_WAITING_FOR_DISK =
      Map.of("fsync", "off", "full_page_writes", "off");

  /** The server's messages are parsed here, and initdb takes long to detect a time zone. */
  private static final Map<String, String> ENVIRONMENT = Map.of("LC_ALL", "C", "TZ", "UTC");

  /** A "fast" shutdown: rolls back open transactions, writes a checkpoint and ends. */
  private static final String STOP_SIGNAL = "INT";

  /** Replaces the file in the data directory, which older versions left open to every user. */
  private static final List<String> HOST_BASED_AUTHENTICATION =
      List.of("local all all scram-sha-256", "host all all 127.0.0.1/32 scram-sha-256");

  private static final Duration START_BOUND = Duration.ofSeconds(60);
  private static final int PORTS_TRIED = 5;

  private final ServerSetup<LocalPostgres> setup;
  private final PostgresPassword password;

  private LocalPostgres(
      ServerSetup<LocalPostgres> setup, ServerDirectory directory, PostgresPassword password) {
    super(directory);
    this.setup = setup;
    this.password = password;
  }

  /**
   * Starts a server whose data is deleted when it is closed.
   *
   * @throws EmbeddedServersException if it does not start; the message includes the end of its log
   */
  public static LocalPostgres start() {
    return configure().start();
  }

  /** Returns the default setup. */
  public static ServerSetup<LocalPostgres> configure() {
    return ServerSetup.startedBy(LocalPostgres::start);
  }

  private static LocalPostgres start(ServerSetup<LocalPostgres> setup) {
    ServerDirectory directory = ServerDirectory.of(setup.dataDirectory(), "postgres");
    LocalPostgres server = new LocalPostgres(setup, directory, passwordIn(directory));
    server.begin();
    return server;
  }

  private static PostgresPassword passwordIn(ServerDirectory directory) {
    if (directory.isTemporary()) {
      return PostgresPassword.ofThisProcess();
    }
    try {
      return PostgresPassword.ofKept(directory.path());
    } catch (IOException e) {
      directory.close();
      throw new EmbeddedServersException("no password for PostgreSQL: " + e, e);
    }
  }

  /** Returns the URL of the database {@code postgres}. */
  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/postgres";
  }

  /** Returns the superuser's name, {@value #USER}. */
  public String user() {
    return USER;
  }

  /** Returns the superuser's password. */
  public String password() {
    return password.text();
  }

  /** Returns a file with the password, readable only by the user of this JVM. */
  public Path passwordFile() {
    return PostgresPassword.file(directory().path());
  }

  /** Returns a file for {@code PGPASSFILE}, in the format of psql. */
  public Path pgpassFile() {
    return PostgresPassword.pgpass(directory().path());
  }

  /** Returns the password of all servers of this JVM without a data directory. */
  public static String passwordOfThisProcess() {
    return PostgresPassword.ofThisProcess().text();
  }

  @Override
  Running launch(int port) {
    Unprivileged unprivileged = Unprivileged.detect();
    Path directory = directory().path();
    unprivileged.enter(directory);
    Path home = unprivileged.readable(PostgresBinaries.home(), "bin/postgres", directory);
    try {
      Path data = initialised(home, unprivileged);
      Running started = launch(port, home, data, unprivileged);
      password.savePgpass(directory, started.port(), USER);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Running launch(int port, Path home, Path data, Unprivileged unprivileged)
      throws IOException {
    Path authentication = directory().path().resolve("pg_hba.conf");
    Files.write(authentication, HOST_BASED_AUTHENTICATION);
    Files.setPosixFilePermissions(authentication, PosixFilePermissions.fromString("rw-r--r--"));
    for (int tries = 1; ; tries++) {
      int chosen = port == 0 ? LoopbackPort.free() : port;
      List<String> command = new ArrayList<>();
      command.addAll(List.of(home.resolve("bin/postgres").toString(), "-D", data.toString()));
      command.addAll(List.of("-p", String.valueOf(chosen), "-c", "hba_file=" + authentication));
      settings().forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
      ServerProcess process =
          ServerProcess.start(directory(), STOP_SIGNAL, ENVIRONMENT, unprivileged.command(command));
      try {
        process.awaitReady(() -> isReady(process, data), START_BOUND);
        return new Running(process, chosen);
      } catch (EmbeddedServersException e) {
        boolean lostTheRace = process.ownLog().contains("Address already in use");
        if (port != 0 || !lostTheRace || tries == PORTS_TRIED) {
          throw e;
        }
      }
    }
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(SETTINGS);
    if (directory().isTemporary()) {
      settings.putAll(NO_WAITING_FOR_DISK);
    }
    settings.putAll(setup.settings());
    return settings;
  }

  /** Returns the data directory, which is created atomically if it is missing. */
  private Path initialised(Path home, Unprivileged unprivileged) throws IOException {
    Path data = directory().path().resolve("data");
    if (Files.exists(data)) {
      unprivileged.own(data);
      if (!Files.exists(passwordFile())) { // created by an older version
        setPassword(home, data, unprivileged);
      }
    } else {
      initialise(home, data, unprivileged);
    }
    password.save(directory().path());
    return data;
  }

  private void initialise(Path home, Path data, Unprivileged unprivileged) throws IOException {
    Path incomplete = data.resolveSibling("data.incomplete");
    ServerDirectory.deleteTree(incomplete);
    unprivileged.own(Files.createDirectory(incomplete));
    // Not the password itself: initdb runs as the server's user, who must be able to read it.
    Path verifier = data.resolveSibling("verifier");
    PostgresPassword.write(verifier, password.verifier());
    unprivileged.own(verifier);
    List<String> initdb = new ArrayList<>();
    initdb.addAll(List.of(home.resolve("bin/initdb").toString(), "--pgdata=" + incomplete));
    initdb.addAll(List.of("--username=" + USER, "--pwfile=" + verifier));
    initdb.addAll(List.of("--auth=scram-sha-256", "--no-instructions"));
    initdb.addAll(List.of("--encoding=UTF8", "--locale=C"));
    if (directory().isTemporary()) {
      initdb.add("--no-sync");
    }
    run(unprivileged.command(initdb), "");
    Files.delete(verifier);
    Files.move(incomplete, data);
  }

  /** Sets the password in single-user mode, in which the server does not listen. */
  private void setPassword(Path home, Path data, Unprivileged unprivileged) {
    List<String> single = new ArrayList<>();
    single.addAll(List.of(home.resolve("bin/postgres").toString(), "--single"));
    single.addAll(List.of("-D", data.toString(), "-c", "exit_on_error=true", "postgres"));
    run(
        unprivileged.command(single),
        "ALTER ROLE %s PASSWORD '%s'\n".formatted(USER, password.verifier()));
  }

  private static void run(List<String> command, String input) {
    Finished finished = Finished.run(command, ENVIRONMENT, input);
    if (!finished.isSuccess()) {
      throw new EmbeddedServersException(
          "%s failed:\n%s".formatted(String.join(" ", command), finished.output()));
    }
  }

  /** Checks the lock file as pg_ctl does: the server writes its pid first, then more. */
  private static boolean isReady(ServerProcess process, Path data) {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      return lines.size() >= 8
          && lines.get(7).strip().equals("ready")
          && process.isServer(Long.parseLong(lines.get(0).strip()));
    } catch (IOException e) {
      return false;
    }
  }
}

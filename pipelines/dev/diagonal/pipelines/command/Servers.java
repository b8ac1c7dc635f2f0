package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.servers.EmbeddedServers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** Starts the embedded servers and keeps them until it is interrupted. */
public final class Servers implements Command {

  private static final Path OPTIONS = Path.of("target", "servers.args");

  /** The options of the command. */
  public interface ServersOptions extends PipelineOptions {
    @Description(
        "A directory in which the servers keep their data; by default the data is deleted when they stop")
    @Nullable String getDataDirectory();

    void setDataDirectory(@Nullable String dataDirectory);
  }

  @Override
  public String name() {
    return "servers";
  }

  @Override
  public String summary() {
    return "start the embedded PostgreSQL and Elasticsearch and keep them until interrupted";
  }

  @Override
  public List<String> examples() {
    return List.of("servers --dataDirectory=data");
  }

  @Override
  public Class<?> options() {
    return ServersOptions.class;
  }

  @Override
  public ExitCode run(List<String> args) throws InterruptedException, IOException {
    String directory = CommandLine.parse(ServersOptions.class, args).getDataDirectory();
    EmbeddedServers.requirePresent(
        "start them from the sources: mvn -q compile exec:java -Dexec.args=servers");
    try (EmbeddedServers servers =
        EmbeddedServers.start(
            EnumSet.allOf(EmbeddedServers.Kind.class),
            directory == null ? null : Path.of(directory))) {
      String jdbcUrl = servers.jdbcUrl().orElseThrow();
      EmbeddedServers.Password password = servers.jdbcPassword().orElseThrow();
      System.out.println("PostgreSQL:    " + jdbcUrl);
      System.out.printf(
          "               --jdbcUser=%s --jdbcPasswordFile=%s%n",
          servers.jdbcUser(), password.file());
      URI address = URI.create(jdbcUrl.substring("jdbc:".length()));
      System.out.printf(
          "               PGPASSFILE=%s psql -h %s -p %s -U %s%n",
          password.pgpass(), address.getHost(), address.getPort(), servers.jdbcUser());
      String elasticsearchUrl = servers.elasticsearchUrl().orElseThrow();
      System.out.println("Elasticsearch: " + elasticsearchUrl);
      List<String> options =
          List.of(
              "--jdbcUrl=" + jdbcUrl,
              "--jdbcUser=" + servers.jdbcUser(),
              "--jdbcPasswordFile=" + password.file(),
              "--elasticsearchUrl=" + elasticsearchUrl);
      System.out.println("options:       @" + write(options) + " has those of both servers");
      System.out.println(
          "data:          " + (directory == null ? "deleted when they stop" : directory));
      System.out.println("Ctrl-C stops them.");
      // Ctrl-C ends the JVM, whose shutdown hooks stop the servers.
      new CountDownLatch(1).await();
      return ExitCode.DONE;
    }
  }

  /** Writes options into a file that ends with the servers, and returns its name. */
  private static Path write(List<String> options) throws IOException {
    Files.createDirectories(Objects.requireNonNull(OPTIONS.getParent()));
    OPTIONS.toFile().deleteOnExit();
    return Files.write(OPTIONS, options);
  }
}

package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.servers.EmbeddedServersException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL, Elasticsearch or both, started in parallel and closed together. Kept data is in
 * {@code <dataDirectory>/postgres} and {@code <dataDirectory>/elasticsearch}. Thread-safe.
 */
public final class LocalServers implements EmbeddedServers {

  private final Optional<LocalPostgres> postgres;
  private final Optional<LocalElasticsearch> elasticsearch;

  private LocalServers(
      Optional<LocalPostgres> postgres, Optional<LocalElasticsearch> elasticsearch) {
    this.postgres = postgres;
    this.elasticsearch = elasticsearch;
  }

  /**
   * Starts the given servers and returns when they answer. If one does not start, all are stopped.
   *
   * @param dataDirectory where their data is kept; null to delete it with the servers
   * @throws EmbeddedServersException if one does not start; the message includes the end of its log
   */
  public static LocalServers start(Set<Kind> kinds, @Nullable Path dataDirectory) {
    var postgres =
        starting(
            kinds.contains(Kind.POSTGRES), LocalPostgres.configure(), "postgres", dataDirectory);
    var elasticsearch =
        starting(
            kinds.contains(Kind.ELASTICSEARCH),
            LocalElasticsearch.configure(),
            "elasticsearch",
            dataDirectory);
    try {
      return new LocalServers(postgres.join(), elasticsearch.join());
    } catch (CompletionException e) {
      closeOnceStarted(postgres);
      closeOnceStarted(elasticsearch);
      throw e.getCause() instanceof EmbeddedServersException cause ? cause : e;
    }
  }

  private static <S extends LocalServer> CompletableFuture<Optional<S>> starting(
      boolean wanted, ServerSetup<S> setup, String name, @Nullable Path dataDirectory) {
    if (!wanted) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    ServerSetup<S> placed =
        dataDirectory == null ? setup : setup.withDataDirectory(dataDirectory.resolve(name));
    return CompletableFuture.supplyAsync(() -> Optional.of(placed.start()));
  }

  private static <S extends LocalServer> void closeOnceStarted(
      CompletableFuture<Optional<S>> starting) {
    starting.exceptionally(failure -> Optional.empty()).join().ifPresent(LocalServer::close);
  }

  @Override
  public Optional<String> jdbcUrl() {
    return postgres.map(LocalPostgres::jdbcUrl);
  }

  @Override
  public String jdbcUser() {
    return LocalPostgres.USER;
  }

  @Override
  public Optional<Password> jdbcPassword() {
    return postgres.map(
        server -> new Password(server.password(), server.passwordFile(), server.pgpassFile()));
  }

  @Override
  public Optional<String> elasticsearchUrl() {
    return elasticsearch.map(LocalElasticsearch::url);
  }

  @Override
  public void close() {
    try {
      elasticsearch.ifPresent(LocalServer::close);
    } finally {
      postgres.ifPresent(LocalServer::close);
    }
  }
}

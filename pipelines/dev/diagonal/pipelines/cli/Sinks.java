package dev.diagonal.pipelines.cli;

import dev.diagonal.elasticsearch.ElasticsearchTarget;
import dev.diagonal.jdbc.JdbcTarget;
import dev.diagonal.pipelines.cli.Job.ServerUrls;
import dev.diagonal.write.Secret;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes targets of options: the URL, embedded or not, and the secrets read here. */
public final class Sinks {

  private Sinks() {}

  /** Returns the database at a place. */
  public static JdbcTarget jdbc(SinkPlace place, JdbcOptions options, ServerUrls servers) {
    if (place.isEmbedded()) {
      return JdbcTarget.at(servers.jdbcUrl()).withUser(servers.jdbcUser());
    }
    JdbcTarget target = JdbcTarget.at(String.valueOf(place.url()));
    String user = options.getJdbcUser();
    Optional<Secret> password =
        Secrets.read("jdbcPasswordFile", options.getJdbcPasswordFile(), "DIAGONAL_JDBC_PASSWORD");
    if (user == null) {
      if (options.getJdbcPasswordFile() != null) {
        throw new UsageException("--jdbcPasswordFile needs --jdbcUser");
      }
      return target;
    }
    return password.isPresent() ? target.withUser(user, password.get()) : target.withUser(user);
  }

  /** Returns an index at a place. */
  public static ElasticsearchTarget elasticsearch(
      SinkPlace place, String index, ElasticsearchOptions options, ServerUrls servers) {
    String url = place.isEmbedded() ? servers.elasticsearchUrl() : String.valueOf(place.url());
    ElasticsearchTarget target = ElasticsearchTarget.at(url, index);
    if (place.isEmbedded()) {
      return target;
    }
    Optional<Secret> apiKey =
        Secrets.read(
            "elasticsearchApiKeyFile",
            options.getElasticsearchApiKeyFile(),
            "DIAGONAL_ELASTICSEARCH_API_KEY");
    @Nullable String user = options.getElasticsearchUser();
    if (user != null && options.getElasticsearchApiKeyFile() != null) {
      throw new UsageException("give --elasticsearchApiKeyFile or --elasticsearchUser, not both");
    }
    if (user == null && options.getElasticsearchPasswordFile() != null) {
      throw new UsageException("--elasticsearchPasswordFile needs --elasticsearchUser");
    }
    if (user == null) {
      return apiKey.map(target::withApiKey).orElse(target);
    }
    return Secrets.read(
            "elasticsearchPasswordFile",
            options.getElasticsearchPasswordFile(),
            "DIAGONAL_ELASTICSEARCH_PASSWORD")
        .map(password -> target.withUser(user, password))
        .orElseThrow(
            () ->
                new UsageException(
                    "--elasticsearchUser needs a password: --elasticsearchPasswordFile or"
                        + " DIAGONAL_ELASTICSEARCH_PASSWORD"));
  }
}

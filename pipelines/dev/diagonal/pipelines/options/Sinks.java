package dev.diagonal.pipelines.options;

import dev.diagonal.elasticsearch.IndexDocuments;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Secret;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.jdbc.sql.DatabaseKind;
import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Creates targets from options: the URL, embedded or not, and the secrets, which are read here. */
public final class Sinks {

  private Sinks() {}

  /** Returns the database at a place. */
  public static JdbcTarget jdbc(SinkPlace place, JdbcOptions options, ServerUrls servers) {
    if (place.isEmbedded()) {
      return JdbcTarget.at(servers.jdbcUrl()).withUser(servers.jdbcUser(), servers.jdbcPassword());
    }
    return login(
        "jdbc",
        String.valueOf(place.url()),
        options.getJdbcUser(),
        options.getJdbcPasswordFile(),
        "DIAGONAL_JDBC_PASSWORD");
  }

  /**
   * Returns the database that is read, if it is not the one that is written.
   *
   * @throws UsageException if its URL is invalid or its driver is missing
   */
  public static JdbcTarget inputJdbc(JdbcOptions.OfInput options) {
    return login(
        "inputJdbc",
        String.valueOf(options.getInputJdbcUrl()),
        options.getInputJdbcUser(),
        options.getInputJdbcPasswordFile(),
        "DIAGONAL_INPUT_JDBC_PASSWORD");
  }

  /** Returns the database of the options with this prefix. */
  private static JdbcTarget login(
      String prefix,
      String url,
      @Nullable String user,
      @Nullable String passwordFile,
      String variable) {
    JdbcTarget target = target(prefix + "Url", url);
    if (passwordFile != null && user == null && target.user() == null) {
      throw new UsageException("--%1$sPasswordFile needs --%1$sUser".formatted(prefix));
    }
    Secret password = Secrets.read(prefix + "PasswordFile", passwordFile, variable).orElse(null);
    return login(target, user, password, passwordFile != null);
  }

  private static JdbcTarget target(String option, String url) {
    JdbcTarget target;
    try {
      target = JdbcTarget.at(url);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "--%s: %s%s"
              .formatted(
                  option,
                  e.getMessage(),
                  url.matches("(?s)postgres(ql)?://.*")
                      ? "; did you mean "
                          + JdbcUrl.shown("jdbc:postgresql" + url.substring(url.indexOf(':')))
                          + "?"
                      : ""),
          e);
    }
    Drivers.require(url);
    return target;
  }

  /**
   * Returns the PostgreSQL database at a place.
   *
   * @throws UsageException if it is another database
   */
  public static JdbcTarget postgres(SinkPlace place, JdbcOptions options, ServerUrls servers) {
    String url = place.url();
    if (url != null && url.startsWith("jdbc:") && DatabaseKind.of(url) != DatabaseKind.POSTGRES) {
      throw new UsageException(
          "--jdbcUrl must name a PostgreSQL database, jdbc:postgresql://host:port/database, got "
              + JdbcUrl.shown(url));
    }
    return jdbc(place, options, servers);
  }

  /**
   * Checks the name of a table.
   *
   * @throws UsageException if it is invalid; the message names the option
   */
  public static void checkTable(String option, @Nullable String name) {
    try {
      if (name != null) {
        Table.checkName(name);
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("--%s: %s".formatted(option, e.getMessage()), e);
    }
  }

  /**
   * Adds a user and password that are set outside the URL.
   *
   * @param passwordFile whether the user named a file for the password
   * @throws UsageException if the URL also has a user or a password
   */
  public static JdbcTarget login(
      JdbcTarget target, @Nullable String user, @Nullable Secret password, boolean passwordFile) {
    String named = target.user();
    if (user != null && named != null && !user.equals(named)) {
      throw new UsageException(
          "the URL names the user '%s', but the options name '%s': use one of them"
              .formatted(named, user));
    }
    if (passwordFile && target.password() != null) {
      throw new UsageException(
          "the URL has a password, and a password file is set: use one of them");
    }
    String login = user == null ? named : user;
    if (login == null) {
      return target;
    }
    JdbcTarget known = target.withUser(login);
    return password == null || known.password() != null ? known : known.withUser(login, password);
  }

  /** Returns an index at a place. */
  public static ElasticsearchTarget elasticsearch(
      SinkPlace place, String index, ElasticsearchOptions options, ServerUrls servers) {
    if (place.isEmbedded()) {
      return ElasticsearchTarget.at(servers.elasticsearchUrl(), index);
    }
    List<String> urls = List.of(String.valueOf(place.url()).split(",", -1));
    ElasticsearchTarget target;
    try {
      target = ElasticsearchTarget.at(urls.get(0), index).withUrls(urls);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      boolean ofUrl = message.startsWith("the URL ");
      throw new UsageException(ofUrl ? "--elasticsearchUrl: " + message : message, e);
    }
    if (options.getElasticsearchCaFile() != null) {
      target = target.withCaCertificates(pemIn(options.getElasticsearchCaFile()));
    }
    return authenticated(target, options);
  }

  /**
   * Refuses bulk load mode if nothing is indexed.
   *
   * @throws UsageException if {@code options} ask for it and {@code place} is none
   */
  public static void checkBulkLoadMode(BulkOptions options, SinkPlace place) {
    if (options.getBulkLoadMode() && place.isNone()) {
      throw new UsageException("--bulkLoadMode needs --elasticsearchUrl");
    }
  }

  /** Returns the transform that indexes documents. */
  public static IndexDocuments indexDocuments(ElasticsearchTarget target, BulkOptions options) {
    return IndexDocuments.into(target)
        .withBulkDocuments(options.getBulkDocuments())
        .withBulkRequests(options.getBulkRequests())
        .withWriterRequests(Math.min(2, options.getBulkRequests()))
        .withRequestTimeout(Duration.ofSeconds(options.getRequestTimeoutSeconds()))
        .withGzip(options.getBulkGzip())
        .withPipeline(options.getPipeline());
  }

  private static ElasticsearchTarget authenticated(
      ElasticsearchTarget target, ElasticsearchOptions options) {
    @Nullable String user = options.getElasticsearchUser();
    if (Stream.of(
                user,
                options.getElasticsearchApiKeyFile(),
                options.getElasticsearchBearerTokenFile())
            .filter(Objects::nonNull)
            .count()
        > 1) {
      throw new UsageException(
          "use only one of --elasticsearchApiKeyFile, --elasticsearchBearerTokenFile and"
              + " --elasticsearchUser");
    }
    if (user == null && options.getElasticsearchPasswordFile() != null) {
      throw new UsageException("--elasticsearchPasswordFile needs --elasticsearchUser");
    }
    if (user != null) {
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
    Optional<Secret> token =
        Secrets.read(
            "elasticsearchBearerTokenFile",
            options.getElasticsearchBearerTokenFile(),
            "DIAGONAL_ELASTICSEARCH_BEARER_TOKEN");
    if (options.getElasticsearchApiKeyFile() == null && token.isPresent()) {
      return target.withBearerToken(token.get());
    }
    return Secrets.read(
            "elasticsearchApiKeyFile",
            options.getElasticsearchApiKeyFile(),
            "DIAGONAL_ELASTICSEARCH_API_KEY")
        .map(target::withApiKey)
        .orElse(target);
  }

  private static String pemIn(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException | InvalidPathException e) {
      throw new UsageException(
          "--elasticsearchCaFile: the file '%s' cannot be read: %s"
              .formatted(file, Reason.ofFile(e)),
          e);
    }
  }
}

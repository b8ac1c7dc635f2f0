package dev.diagonal.pipelines.plan;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Secret;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.options.Secrets;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The connections of a plan by name: databases and Elasticsearch. */
public final class PlanConnections {

  private final Map<String, JdbcTarget> databases = new LinkedHashMap<>();
  private final Map<String, ElasticsearchTarget> searches = new LinkedHashMap<>();

  /** The options of commands for each connection. */
  private final Map<String, List<String>> options = new LinkedHashMap<>();

  /** Connections with mistakes of their own, which are not reported again where they are used. */
  private final Set<String> broken = new HashSet<>();

  /** Reads the connections of a plan. */
  public void read(YamlNode node) {
    node.entries().forEach(this::read);
  }

  private void read(String name, YamlNode node) {
    Map<String, YamlNode> entries =
        node.entries("jdbcUrl", "elasticsearchUrl", "user", "passwordFile", "apiKeyFile");
    int before = node.mistakes().all().size();
    broken.add(name);
    try {
      String user = entries.containsKey("user") ? text(entries, "user") : null;
      Secret password = secret(entries, "passwordFile");
      Secret apiKey = secret(entries, "apiKeyFile");
      if (entries.containsKey("jdbcUrl") == entries.containsKey("elasticsearchUrl")) {
        node.mistake("a connection needs either 'jdbcUrl' or 'elasticsearchUrl'");
      } else if (password != null && user == null) {
        node.mistake("'passwordFile' needs 'user'");
      } else if (entries.containsKey("jdbcUrl")) {
        JdbcTarget target = JdbcTarget.at(text(entries, "jdbcUrl"));
        databases.put(name, Sinks.login(target, user, password, password != null));
      } else {
        ElasticsearchTarget target =
            ElasticsearchTarget.at(text(entries, "elasticsearchUrl"), "none");
        searches.put(
            name,
            apiKey != null
                ? target.withApiKey(apiKey)
                : user != null && password != null ? target.withUser(user, password) : target);
      }
      options.put(name, optionsOf(entries));
      if (node.mistakes().all().size() == before) {
        broken.remove(name);
      }
    } catch (IllegalArgumentException | UsageException e) {
      node.mistake(PlanWords.of(Reason.of(e)));
    }
  }

  /** Returns the equivalent options of a command. */
  private static List<String> optionsOf(Map<String, YamlNode> entries) {
    String kind = entries.containsKey("jdbcUrl") ? "jdbc" : "elasticsearch";
    List<String> options = new ArrayList<>();
    options.add("--%sUrl=%s".formatted(kind, text(entries, kind + "Url")));
    if (entries.containsKey("user")) {
      options.add("--%sUser=%s".formatted(kind, text(entries, "user")));
    }
    for (String secret : List.of("passwordFile", "apiKeyFile")) {
      YamlNode file = entries.get(secret);
      if (file != null) {
        String option = Character.toUpperCase(secret.charAt(0)) + secret.substring(1);
        options.add("--%s%s=%s".formatted(kind, option, file.pathOf(file.text())));
      }
    }
    return options;
  }

  /**
   * Returns the options of a command for the connection of that name. If there is none, notes a
   * mistake and returns no options.
   */
  public List<String> options(String kind, YamlNode name) {
    Object found = kind.equals("jdbc") ? database(name) : search(name);
    return found == null ? List.of() : options.getOrDefault(name.text(), List.of());
  }

  private static String text(Map<String, YamlNode> entries, String key) {
    return YamlNode.text(entries.get(key), "");
  }

  private static @Nullable Secret secret(Map<String, YamlNode> entries, String key) {
    YamlNode file = entries.get(key);
    return file == null ? null : Secrets.read(key, file.pathOf(file.text()), "").orElse(null);
  }

  /** Returns the database of that name. If there is none, notes a mistake and returns null. */
  public @Nullable JdbcTarget database(YamlNode name) {
    JdbcTarget found = databases.get(name.text());
    if (found == null) {
      unknown(name, "database", new ArrayList<>(databases.keySet()));
    }
    return found;
  }

  /** Returns the Elasticsearch of that name. If there is none, notes a mistake and returns null. */
  public @Nullable ElasticsearchTarget search(YamlNode name) {
    ElasticsearchTarget found = searches.get(name.text());
    if (found == null) {
      unknown(name, "Elasticsearch", new ArrayList<>(searches.keySet()));
    }
    return found;
  }

  private void unknown(YamlNode name, String kind, List<String> known) {
    if (!broken.contains(name.text())) {
      name.mistake(
          "no connection (%s) is named '%s'%s"
              .formatted(kind, name.text(), NearestName.hint(name.text(), known)));
    }
  }
}

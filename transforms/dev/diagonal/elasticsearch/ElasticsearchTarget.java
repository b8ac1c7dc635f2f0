package dev.diagonal.elasticsearch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.write.Secret;
import java.io.Serializable;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The index that is written to, and where it is. Its {@code toString} has no secrets: the URLs may
 * not hold any.
 *
 * @param urls the nodes, {@code http} or {@code https}, all with the same path; one that is down is
 *     passed over
 * @param index the name of an index or of an alias with one write index
 * @param user the user, if there is one
 * @param password the user's password
 * @param apiKey an API key, encoded as Elasticsearch hands it out, in place of user and password
 */
public record ElasticsearchTarget(
    List<String> urls,
    String index,
    @Nullable String user,
    @Nullable Secret password,
    @Nullable Secret apiKey)
    implements Serializable {

  private static final Pattern URL = Pattern.compile("https?://[^/?#@\\s]+(/[^?#@\\s]*)?");
  private static final Pattern INDEX = Pattern.compile("[^A-Z\\\\/*?\"<>| ,#:\\s]+");
  private static final int MAX_INDEX_BYTES = 255;

  /**
   * @throws IllegalArgumentException if there is no URL, a URL is not {@code http} or {@code
   *     https}, holds a user or a query, or has another path than the first; if {@code index} is no
   *     name for an index; or if there is a user without a password, a password without a user, or
   *     both a user and an API key
   */
  public ElasticsearchTarget {
    urls = List.copyOf(urls);
    checkArgument(!urls.isEmpty(), "urls must not be empty");
    for (String url : urls) {
      // Not shown: what does not fit may hold a password.
      checkArgument(
          URL.matcher(url).matches(),
          "url must look like http://host:port or https://host:port/path, without user and query");
      checkArgument(
          pathOf(url).equals(pathOf(urls.get(0))),
          "all urls must have the same path, got %s and %s",
          urls.get(0),
          url);
    }
    checkArgument(
        INDEX.matcher(index).matches()
            && !index.matches("[-_+].*|[.]{1,2}")
            && index.getBytes(UTF_8).length <= MAX_INDEX_BYTES,
        "index must be lower case, have 1 to %s bytes, not start with - _ + and hold none of"
            + " \\ / * ? \" < > | # : , or space, got '%s'",
        MAX_INDEX_BYTES,
        index);
    checkArgument(
        (user == null) == (password == null),
        "user and password must be given together, got %s only",
        user == null ? "a password" : "a user");
    checkArgument(
        user == null || apiKey == null, "either a user or an API key may be given, got both");
  }

  /** Returns {@code index} at {@code url}, to be written without authentication. */
  public static ElasticsearchTarget at(String url, String index) {
    return new ElasticsearchTarget(List.of(url), index, null, null, null);
  }

  /** Replaces the nodes, of which any that is up is used. */
  public ElasticsearchTarget withUrls(List<String> urls) {
    return new ElasticsearchTarget(urls, index, user, password, apiKey);
  }

  /** Authenticates by user and password, and no longer by API key. */
  public ElasticsearchTarget withUser(String user, Secret password) {
    return new ElasticsearchTarget(urls, index, user, password, null);
  }

  /** Authenticates by API key, and no longer by user and password. */
  public ElasticsearchTarget withApiKey(Secret apiKey) {
    return new ElasticsearchTarget(urls, index, null, null, apiKey);
  }

  /** The path that all URLs have, without a slash at the end; often empty. */
  String path() {
    return pathOf(urls.get(0));
  }

  /** The URLs without the path. */
  List<String> hosts() {
    return urls.stream().map(url -> url.replaceFirst("(?<=[^:/])/.*", "")).toList();
  }

  private static String pathOf(String url) {
    String path = URI.create(url).getRawPath();
    return path == null ? "" : path.replaceFirst("/+$", "");
  }

  @Override
  public String toString() {
    return String.join(",", urls) + "/" + index;
  }
}

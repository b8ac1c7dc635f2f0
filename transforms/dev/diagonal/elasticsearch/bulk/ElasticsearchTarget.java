package dev.diagonal.elasticsearch.bulk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.Secret;
import dev.diagonal.internal.elasticsearch.tls.PrivateCa;
import java.io.Serializable;
import java.net.URI;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.http.HttpHost;
import org.elasticsearch.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * The index to write to, its nodes and credentials. Its {@code toString} has no secrets: URLs must
 * not contain any, and headers are not shown.
 *
 * @param urls the nodes, {@code http} or {@code https}, all with the same path; nodes that are down
 *     are skipped
 * @param index the name of an index or of an alias with one write index
 * @param headers the headers of every request by name, including the one for authentication
 * @param caCertificates certificates of authorities, in PEM, that replace those that the JVM
 *     trusts; or null
 */
public record ElasticsearchTarget(
    List<String> urls, String index, Map<String, Secret> headers, @Nullable String caCertificates)
    implements Serializable {

  private static final Pattern URL =
      Pattern.compile(
          "(?<scheme>https?)://(?<host>\\[[0-9a-fA-F:.]+]|[^/?#@:\\[\\]\\s]+)(:(?<port>\\d{1,5}))?"
              + "(/[^?#@\\s]*)?");
  private static final Pattern INDEX = Pattern.compile("[^A-Z\\\\/*?\"<>| ,#:\\s]+");
  private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final int MAX_INDEX_BYTES = 255;
  private static final String AUTHORIZATION = "Authorization";

  /**
   * @throws IllegalArgumentException if there is no URL; if a URL is not {@code http} or {@code
   *     https}, has a user or a query, or has another path than the first; if {@code index} is not
   *     a valid index name; if a header has an invalid name or value; or if {@code caCertificates}
   *     contains no certificate
   */
  public ElasticsearchTarget {
    urls = urls.stream().map(url -> url.replaceFirst("/+$", "")).toList();
    headers = Map.copyOf(headers);
    checkArgument(!urls.isEmpty(), "urls must not be empty");
    for (String url : urls) {
      // Not shown: an invalid URL may contain a password.
      checkArgument(
          !url.contains("@"),
          "the URL of Elasticsearch has a user or a password: remove them and use"
              + " --elasticsearchUser and --elasticsearchPasswordFile (in code: withUser)");
      checkArgument(
          URL.matcher(url).matches(),
          "the URL of Elasticsearch must look like http://host:port or https://host:port/path"
              + " (an IPv6 address in brackets), without a query");
      checkArgument(
          pathOf(url).equals(pathOf(urls.get(0))),
          "all urls must have the same path, got %s and %s",
          urls.get(0),
          url);
    }
    checkArgument(
        isIndexName(index),
        "index must be lower case, have 1 to %s bytes, not start with - _ + and hold none of"
            + " \\ / * ? \" < > | # : , or space, got '%s'",
        MAX_INDEX_BYTES,
        index);
    headers.forEach(
        (name, value) -> {
          checkArgument(HEADER.matcher(name).matches(), "invalid header name: '%s'", name);
          checkArgument(
              value.value().chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0),
              "the value of the header %s has a line break",
              name);
        });
    if (caCertificates != null) {
      PrivateCa.check(caCertificates);
    }
  }

  /** Returns {@code index} at {@code url}, without authentication. */
  public static ElasticsearchTarget at(String url, String index) {
    return new ElasticsearchTarget(List.of(url), index, Map.of(), null);
  }

  /** Replaces the nodes; any live one is used. */
  public ElasticsearchTarget withUrls(List<String> urls) {
    return new ElasticsearchTarget(urls, index, headers, caCertificates);
  }

  /** Replaces the index. */
  public ElasticsearchTarget withIndex(String index) {
    return new ElasticsearchTarget(urls, index, headers, caCertificates);
  }

  /** Authenticates by user and password, replacing other credentials. */
  public ElasticsearchTarget withUser(String user, Secret password) {
    byte[] pair = (user + ":" + password.value()).getBytes(UTF_8);
    return withAuthorization("Basic " + Base64.getEncoder().encodeToString(pair));
  }

  /**
   * Authenticates by an API key, in the encoding that Elasticsearch returns, replacing other
   * credentials.
   */
  public ElasticsearchTarget withApiKey(Secret apiKey) {
    return withAuthorization("ApiKey " + apiKey.value());
  }

  /** Authenticates by a bearer token, replacing other credentials. */
  public ElasticsearchTarget withBearerToken(Secret token) {
    return withAuthorization("Bearer " + token.value());
  }

  private ElasticsearchTarget withAuthorization(String value) {
    return withHeader(AUTHORIZATION, new Secret(value));
  }

  /** Adds a header to every request, replacing one of the same name. */
  public ElasticsearchTarget withHeader(String name, Secret value) {
    Map<String, Secret> all = new LinkedHashMap<>(headers);
    all.keySet().removeIf(name::equalsIgnoreCase);
    all.put(name, value);
    return new ElasticsearchTarget(urls, index, all, caCertificates);
  }

  /**
   * Sets the authorities that sign the nodes' certificates, instead of those that the JVM trusts.
   *
   * @param pem one or more certificates in PEM
   */
  public ElasticsearchTarget withCaCertificates(String pem) {
    return new ElasticsearchTarget(urls, index, headers, pem);
  }

  /** Returns the path of all URLs, without a trailing slash; often empty. */
  public String path() {
    return pathOf(urls.get(0));
  }

  /** Returns the nodes. Unlike {@link HttpHost#create}, accepts an IPv6 address without a port. */
  public List<HttpHost> hosts() {
    return urls.stream().map(ElasticsearchTarget::host).toList();
  }

  private static HttpHost host(String url) {
    Matcher parts = URL.matcher(url);
    checkArgument(parts.matches(), "a checked URL");
    String port = parts.group("port");
    return new HttpHost(
        parts.group("host"), port == null ? -1 : Integer.parseInt(port), parts.group("scheme"));
  }

  /**
   * Returns a request to the index. Encodes its name, which may contain {@code %}, {@code +} and
   * non-ASCII letters.
   *
   * @param path what follows the name, for example {@code /_mapping}, or an empty text
   */
  public Request request(String method, String path) {
    return new Request(method, "/" + encoded() + path);
  }

  /** Returns a request to the server, whose path ends with the name of the index. */
  public Request serverRequest(String method, String path) {
    return new Request(method, path + encoded());
  }

  private String encoded() {
    return URLEncoder.encode(index, UTF_8).replace("+", "%20");
  }

  private static boolean isIndexName(String index) {
    return INDEX.matcher(index).matches()
        && !index.matches("[-_+].*|[.]{1,2}")
        && index.getBytes(UTF_8).length <= MAX_INDEX_BYTES;
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

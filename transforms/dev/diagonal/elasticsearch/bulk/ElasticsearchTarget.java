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
import org.apache.beam.sdk.io.elasticsearch.ElasticsearchIO.ConnectionConfiguration;
import org.apache.http.HttpHost;
import org.elasticsearch.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * The index that is written to, where it is, and how to get in. Its {@code toString} has no
 * secrets: the URLs may not hold any, and headers are not shown.
 *
 * @param urls the nodes, {@code http} or {@code https}, all with the same path; one that is down is
 *     passed over
 * @param index the name of an index or of an alias with one write index
 * @param headers what is sent with every request, by name; the way to authenticate is one of them
 * @param caCertificates the certificates, in PEM, that vouch for the nodes in place of those that
 *     the JVM trusts; or null
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
   * @throws IllegalArgumentException if there is no URL, a URL is not {@code http} or {@code
   *     https}, holds a user or a query, or has another path than the first; if {@code index} is no
   *     name for an index; if a header has a name or a value that none can have; or if {@code
   *     caCertificates} holds no certificate
   */
  public ElasticsearchTarget {
    urls = urls.stream().map(url -> url.replaceFirst("/+$", "")).toList();
    headers = Map.copyOf(headers);
    checkArgument(!urls.isEmpty(), "urls must not be empty");
    for (String url : urls) {
      // Not shown: a URL that does not fit may hold a password.
      checkArgument(
          !url.contains("@"),
          "the URL of Elasticsearch holds a user or a password: take them out and give"
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
          checkArgument(HEADER.matcher(name).matches(), "no name for a header: '%s'", name);
          checkArgument(
              value.value().chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0),
              "the value of the header %s has a line break",
              name);
        });
    if (caCertificates != null) {
      PrivateCa.check(caCertificates);
    }
  }

  /** Returns {@code index} at {@code url}, to be written without authentication. */
  public static ElasticsearchTarget at(String url, String index) {
    return new ElasticsearchTarget(List.of(url), index, Map.of(), null);
  }

  /**
   * Returns the index of Beam's own configuration with its addresses, path prefix, authentication,
   * headers and key store. Its time limits and compression are not taken over: see {@link
   * dev.diagonal.elasticsearch.IndexDocuments#withRequestTimeout} and {@link
   * dev.diagonal.elasticsearch.IndexDocuments#withGzip}.
   *
   * @throws IllegalArgumentException if it names no index, trusts any certificate that is
   *     self-signed (give the certificate: {@link #withCaCertificates}), or its key store cannot be
   *     read
   */
  public static ElasticsearchTarget of(ConnectionConfiguration configuration) {
    return BeamConfiguration.toTarget(configuration);
  }

  /** Replaces the nodes, of which any that is up is used. */
  public ElasticsearchTarget withUrls(List<String> urls) {
    return new ElasticsearchTarget(urls, index, headers, caCertificates);
  }

  /** Replaces the index. */
  public ElasticsearchTarget withIndex(String index) {
    return new ElasticsearchTarget(urls, index, headers, caCertificates);
  }

  /** Authenticates by user and password, and in no other way. */
  public ElasticsearchTarget withUser(String user, Secret password) {
    byte[] pair = (user + ":" + password.value()).getBytes(UTF_8);
    return withAuthorization("Basic " + Base64.getEncoder().encodeToString(pair));
  }

  /** Authenticates by an API key, encoded as Elasticsearch hands it out, and in no other way. */
  public ElasticsearchTarget withApiKey(Secret apiKey) {
    return withAuthorization("ApiKey " + apiKey.value());
  }

  /** Authenticates by a bearer token, and in no other way. */
  public ElasticsearchTarget withBearerToken(Secret token) {
    return withAuthorization("Bearer " + token.value());
  }

  private ElasticsearchTarget withAuthorization(String value) {
    return withHeader(AUTHORIZATION, new Secret(value));
  }

  /** Sends a header with every request, in place of another of that name. */
  public ElasticsearchTarget withHeader(String name, Secret value) {
    Map<String, Secret> all = new LinkedHashMap<>(headers);
    all.keySet().removeIf(name::equalsIgnoreCase);
    all.put(name, value);
    return new ElasticsearchTarget(urls, index, all, caCertificates);
  }

  /**
   * Sets whose word is taken for the nodes in place of the authorities that the JVM trusts.
   *
   * @param pem one or more certificates in PEM
   */
  public ElasticsearchTarget withCaCertificates(String pem) {
    return new ElasticsearchTarget(urls, index, headers, pem);
  }

  /** The path that all URLs have, without a slash at the end; often empty. */
  public String path() {
    return pathOf(urls.get(0));
  }

  /** The nodes. Unlike {@link HttpHost#create}, takes an IPv6 address without a port. */
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
   * Returns a request to the index. Its name is encoded: it may hold {@code %} and {@code +}, and
   * letters beyond ASCII.
   *
   * @param path what follows the name, {@code /_mapping} for example, or nothing
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

package dev.diagonal.beamio;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.Secret;
import dev.diagonal.internal.elasticsearch.tls.PrivateCa;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.io.elasticsearch.ElasticsearchIO.ConnectionConfiguration;
import org.apache.http.Header;
import org.jspecify.annotations.Nullable;

/** Returns the target that {@code ElasticsearchIO} is configured for. */
public final class ElasticsearchIoTarget {

  private ElasticsearchIoTarget() {}

  /**
   * Returns the target of a configuration, with its addresses, path prefix, authentication, headers
   * and key store. Its timeouts and compression are ignored: see {@link
   * dev.diagonal.elasticsearch.IndexDocuments#withRequestTimeout} and {@link
   * dev.diagonal.elasticsearch.IndexDocuments#withGzip}.
   *
   * @throws IllegalArgumentException if it names no index, trusts all self-signed certificates (use
   *     {@link ElasticsearchTarget#withCaCertificates} instead), or its key store cannot be read
   */
  public static ElasticsearchTarget of(ConnectionConfiguration beam) {
    checkArgument(
        !beam.isTrustSelfSignedCerts(),
        "trustSelfSignedCerts trusts every server: set the certificate, withCaCertificates");
    String index = beam.getIndex();
    checkArgument(
        index != null && !index.isEmpty(), "the connection configuration must name an index");
    String prefix = beam.getPathPrefix() == null ? "" : "/" + beam.getPathPrefix();
    List<String> urls =
        beam.getAddresses().stream()
            .map(url -> (url + prefix).replaceAll("(?<!:)/{2,}", "/"))
            .toList();
    ElasticsearchTarget target = ElasticsearchTarget.at(urls.get(0), index).withUrls(urls);
    if (beam.getDefaultHeaders() != null) {
      for (Header header : beam.getDefaultHeaders()) {
        target = target.withHeader(header.getName(), new Secret(header.getValue()));
      }
    }
    if (beam.getUsername() != null) {
      String password = beam.getPassword();
      target = target.withUser(beam.getUsername(), new Secret(password == null ? "" : password));
    }
    if (beam.getApiKey() != null) {
      target = target.withApiKey(new Secret(beam.getApiKey()));
    }
    if (beam.getBearerToken() != null) {
      target = target.withBearerToken(new Secret(beam.getBearerToken()));
    }
    if (beam.getKeystorePath() != null && !beam.getKeystorePath().isEmpty()) {
      target =
          target.withCaCertificates(
              certificatesIn(beam.getKeystorePath(), beam.getKeystorePassword()));
    }
    return target;
  }

  /** Returns the certificates of a key store, all of which Beam trusts. */
  private static String certificatesIn(String path, @Nullable String password) {
    try (InputStream in = Files.newInputStream(Path.of(path))) {
      KeyStore store = KeyStore.getInstance("jks");
      store.load(in, password == null ? null : password.toCharArray());
      StringBuilder pem = new StringBuilder();
      for (String alias : Collections.list(store.aliases())) {
        Certificate certificate = store.getCertificate(alias);
        if (certificate != null) {
          pem.append(PrivateCa.pem(certificate));
        }
      }
      return pem.toString();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("key store " + path + " cannot be read", e);
    }
  }
}

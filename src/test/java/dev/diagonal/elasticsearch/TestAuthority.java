package dev.diagonal.elasticsearch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A private certificate authority, and a server's certificate for 127.0.0.1. */
public final class TestAuthority {

  private static final String PASSWORD = "changeit";

  private final Path directory;

  private TestAuthority(Path directory) {
    this.directory = directory;
  }

  /** Makes both with the JDK's keytool. */
  public static TestAuthority in(Path directory) throws IOException, InterruptedException {
    TestAuthority authority = new TestAuthority(directory);
    authority.keytool("-genkeypair", "-alias", "ca", "-dname", "CN=test-ca", "-ext", "bc:c");
    authority.keytool("-genkeypair", "-alias", "node", "-dname", "CN=node");
    authority.keytool("-certreq", "-alias", "node", "-file", authority.file("node.csr"));
    authority.keytool(
        "-gencert",
        "-alias",
        "ca",
        "-ext",
        "san=ip:127.0.0.1",
        "-infile",
        authority.file("node.csr"),
        "-outfile",
        authority.file("node.crt"));
    authority.keytool("-importcert", "-alias", "node", "-file", authority.file("node.crt"));
    authority.keytool("-exportcert", "-rfc", "-alias", "ca", "-file", authority.file("ca.pem"));
    return authority;
  }

  /** Returns the authority's certificate in PEM. */
  public String pem() throws IOException {
    return Files.readString(directory.resolve("ca.pem"));
  }

  /** Returns the TLS of the server that it vouches for. */
  public SSLContext server() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve("keys.p12"))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    keys.deleteEntry("ca");
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return context;
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(Arrays.asList(arguments));
    command.addAll(
        List.of("-keystore", file("keys.p12"), "-storetype", "PKCS12", "-storepass", PASSWORD));
    if (arguments[0].equals("-genkeypair")) {
      command.addAll(List.of("-keyalg", "RSA", "-validity", "3650"));
    }
    if (arguments[0].equals("-importcert")) {
      command.add("-noprompt");
    }
    Path log = directory.resolve("keytool.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(4, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new AssertionError(command + ": " + Files.readString(log));
    }
  }
}

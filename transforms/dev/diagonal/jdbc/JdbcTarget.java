package dev.diagonal.jdbc;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.write.Secret;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The database that is written to or read from. Its {@code toString} shows host and database only:
 * neither the password nor the parameters of the URL, which may hold one.
 *
 * @param url a JDBC URL; its parameters win over what Diagonal sets (see {@link HeldConnection})
 * @param user the user, unless the URL or the driver's defaults name one
 * @param password the user's password, unless the URL holds one or none is needed
 */
public record JdbcTarget(String url, @Nullable String user, @Nullable Secret password)
    implements Serializable {

  /**
   * @throws IllegalArgumentException if {@code url} does not start with {@code jdbc:} and a
   *     driver's name, {@code user} is blank, or there is a password and no user
   */
  public JdbcTarget {
    checkArgument(
        url.matches("(?s)jdbc:[A-Za-z0-9+.-]+:.+"),
        "url must look like jdbc:postgresql://host:port/database, got %s",
        shown(url));
    checkArgument(user == null || !user.isBlank(), "user must not be blank, got '%s'", user);
    checkArgument(password == null || user != null, "a password needs a user, got none");
  }

  /** Returns the database at {@code url}, with the user and password that the URL names, if any. */
  public static JdbcTarget at(String url) {
    return new JdbcTarget(url, null, null);
  }

  public JdbcTarget withUser(String user) {
    return new JdbcTarget(url, user, null);
  }

  public JdbcTarget withUser(String user, Secret password) {
    return new JdbcTarget(url, user, password);
  }

  @Override
  public String toString() {
    return shown(url) + (user == null ? "" : " as " + user);
  }

  private static String shown(String url) {
    return url.replaceFirst("(?s)[?;].*", "").replaceFirst("(?s)//.*@", "//");
  }
}

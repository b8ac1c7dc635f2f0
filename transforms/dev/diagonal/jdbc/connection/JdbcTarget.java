package dev.diagonal.jdbc.connection;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.Secret;
import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The database that is written to or read from. A user and password in the URL are taken out of it
 * where its form is known, and travel as {@code user} and {@code password}; they win over those
 * that are given beside it. Its {@code toString} shows host, database and user: neither the
 * password nor the parameters of the URL.
 *
 * @param url a JDBC URL; its parameters win over what Diagonal sets (see {@link
 *     dev.diagonal.internal.jdbc.connection.HeldConnection})
 * @param user the user, unless the driver's defaults name one
 * @param password the user's password, unless none is needed
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
        JdbcUrl.shown(url));
    checkArgument(user == null || !user.isBlank(), "user must not be blank, got '%s'", user);
    checkArgument(password == null || user != null, "a password needs a user, got none");
    JdbcUrl.Parts parts = JdbcUrl.split(url);
    String named = parts.user() == null ? user : parts.user();
    if (named != null && !named.isBlank()) {
      url = parts.url();
      user = named;
      password = parts.password() == null ? password : new Secret(parts.password());
    }
  }

  /** Returns the database at {@code url}, with the user and password that the URL names, if any. */
  public static JdbcTarget at(String url) {
    return new JdbcTarget(url, null, null);
  }

  /** Replaces the user, and keeps the password that the URL named, if any. */
  public JdbcTarget withUser(String user) {
    return new JdbcTarget(url, user, password);
  }

  /** Replaces user and password. */
  public JdbcTarget withUser(String user, Secret password) {
    return new JdbcTarget(url, user, password);
  }

  @Override
  public String toString() {
    return JdbcUrl.shown(url) + (user == null ? "" : " as " + user);
  }
}

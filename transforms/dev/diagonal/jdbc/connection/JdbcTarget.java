package dev.diagonal.jdbc.connection;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.fault.Secret;
import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A database to write to or read from. A user and password in a URL of a known format are removed
 * from it and stored as {@code user} and {@code password}; they take precedence over separately
 * given ones. Its {@code toString} shows host, database and user, but neither the password nor the
 * parameters of the URL.
 *
 * @param url a JDBC URL; its parameters win over Diagonal's settings (see {@link
 *     dev.diagonal.internal.jdbc.connection.HeldConnection})
 * @param user the user, or null for the driver's default
 * @param password the user's password, or null if none is needed
 */
public record JdbcTarget(String url, @Nullable String user, @Nullable Secret password)
    implements Serializable {

  /**
   * @throws IllegalArgumentException if {@code url} does not start with {@code jdbc:} and a
   *     driver's name, {@code user} is blank, or there is a password but no user
   */
  public JdbcTarget {
    checkArgument(
        url.matches("(?s)jdbc:[A-Za-z0-9+.-]+:.+"),
        "url must look like jdbc:postgresql://host:5432/database, got %s",
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

  /** Returns the database at {@code url}, with the user and password in the URL, if any. */
  public static JdbcTarget at(String url) {
    return new JdbcTarget(url, null, null);
  }

  /** Replaces the user, and keeps the password of the URL, if any. */
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

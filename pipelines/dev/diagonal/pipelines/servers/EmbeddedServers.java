package dev.diagonal.pipelines.servers;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Real servers that run as long as this JVM, for users who set no servers of their own. The
 * implementation is loaded by name: it is on the class path under Maven, but not in the bundled
 * jar.
 */
public interface EmbeddedServers extends AutoCloseable {

  /** The kinds of servers. */
  enum Kind {
    POSTGRES,
    ELASTICSEARCH
  }

  /** Returns the JDBC URL of the database, if one was started. */
  Optional<String> jdbcUrl();

  /** Returns the database user. */
  String jdbcUser();

  /** Returns the user's password, if a database was started. */
  Optional<Password> jdbcPassword();

  /**
   * The password of the database user. Only the user of this JVM can read the files.
   *
   * @param text the password
   * @param file contains it for {@code --jdbcPasswordFile}
   * @param pgpass contains it for {@code PGPASSFILE}
   */
  record Password(String text, Path file, Path pgpass) {
    /** Never shows the password. */
    @Override
    public String toString() {
      return "Password[" + file + "]";
    }
  }

  /** Returns the HTTP URL of Elasticsearch, if it was started. */
  Optional<String> elasticsearchUrl();

  /** Stops the servers; returns when they have ended. */
  @Override
  void close();

  /**
   * Starts the given servers in parallel and returns when they answer.
   *
   * @param dataDirectory where their data is kept; null to delete it with the servers
   * @throws IllegalArgumentException if this jar does not contain them
   * @throws EmbeddedServersException if one does not start
   */
  static EmbeddedServers start(Set<Kind> kinds, @Nullable Path dataDirectory) {
    try {
      return (EmbeddedServers)
          Class.forName("dev.diagonal.pipelines.local.LocalServers")
              .getMethod("start", Set.class, Path.class)
              .invoke(null, kinds, dataDirectory);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof NoClassDefFoundError missing) {
        throw absent(missing);
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw absent(e);
    }
  }

  private static IllegalArgumentException absent(Throwable cause) {
    return new IllegalArgumentException(
        "embedded servers are not in this jar: name a sink (--output, --jdbcUrl or"
            + " --elasticsearchUrl), or run under Maven: mvn -q compile exec:java"
            + " -Dexec.args=\"<command> <options>\"",
        cause);
  }
}

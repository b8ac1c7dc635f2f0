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

  /** What a user can do without embedded servers. */
  String NAME_A_SINK =
      "name a sink (--output, --jdbcUrl or --elasticsearchUrl), or run under Maven: mvn -q compile"
          + " exec:java -Dexec.args=\"<command> <options>\"";

  /** Known by its name only: the bundled jar does not contain it. */
  String LOCAL_SERVERS = "dev.diagonal.pipelines.local.LocalServers";

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
          Class.forName(LOCAL_SERVERS)
              .getMethod("start", Set.class, Path.class)
              .invoke(null, kinds, dataDirectory);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof NoClassDefFoundError missing) {
        throw absent(NAME_A_SINK, missing);
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw absent(NAME_A_SINK, e);
    }
  }

  /**
   * Fails if this jar does not contain the servers.
   *
   * @param instead what the user can do then
   * @throws IllegalArgumentException if they are missing
   */
  static void requirePresent(String instead) {
    try {
      Class<?> unused = Class.forName(LOCAL_SERVERS);
    } catch (ClassNotFoundException e) {
      throw absent(instead, e);
    }
  }

  private static IllegalArgumentException absent(String instead, Throwable cause) {
    return new IllegalArgumentException("embedded servers are not in this jar: " + instead, cause);
  }
}

package dev.diagonal.internal.trace;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.BaseConnection;

/** Traces the statements of a connection: each text when it is prepared or run. */
public final class TracedConnection {

  private TracedConnection() {}

  /**
   * Returns the connection itself, or one that traces its statements if that is asked for.
   *
   * @param database how the log names it
   */
  public static Connection of(Connection connection, String database) {
    return Trace.logsSql()
        ? proxy(Connection.class, new OfConnection(connection, database))
        : connection;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            TracedConnection.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static @Nullable Object invoke(
      Object target, Method method, @Nullable Object @Nullable [] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }

  private record OfConnection(Connection connection, String database) implements InvocationHandler {

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
        throws Throwable {
      String name = method.getName();
      if (name.startsWith("prepare") && args != null && args[0] instanceof String sql) {
        Trace.sql(database, sql);
      } else if (name.equals("commit") || (name.equals("rollback") && args == null)) {
        Trace.sql(database, name.toUpperCase(Locale.ROOT));
      } else if (name.equals("unwrap") && args != null && args[0] == PGConnection.class) {
        PGConnection postgres = connection.unwrap(PGConnection.class);
        return proxy(PGConnection.class, new OfPostgres(postgres, this));
      }
      Object result = TracedConnection.invoke(connection, method, args);
      return name.equals("createStatement") && result instanceof Statement statement
          ? proxy(Statement.class, new OfStatement(statement, database))
          : result;
    }
  }

  private record OfStatement(Statement statement, String database) implements InvocationHandler {

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
        throws Throwable {
      if (args != null && args.length > 0 && args[0] instanceof String sql) {
        Trace.sql(database, sql);
      }
      return TracedConnection.invoke(statement, method, args);
    }
  }

  private record OfPostgres(PGConnection postgres, OfConnection of) implements InvocationHandler {

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
        throws Throwable {
      return method.getName().equals("getCopyAPI")
          ? new TracedCopy(of.connection().unwrap(BaseConnection.class), of.database())
          : TracedConnection.invoke(postgres, method, args);
    }
  }

  private static final class TracedCopy extends CopyManager {

    private final String database;

    TracedCopy(BaseConnection connection, String database) throws SQLException {
      super(connection);
      this.database = database;
    }

    @Override
    public CopyIn copyIn(String sql) throws SQLException {
      Trace.sql(database, sql);
      return super.copyIn(sql);
    }

    @Override
    public CopyOut copyOut(String sql) throws SQLException {
      Trace.sql(database, sql);
      return super.copyOut(sql);
    }
  }
}

package dev.diagonal.simulation;

import dev.diagonal.internal.jdbc.schema.Session;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JDBC whose every call to the server is a question of a {@link Replay}. */
@SuppressWarnings("StatementSwitchToExpressionSwitch") // they also do things
final class SteppedJdbc implements Session {

  /** Opens the connection if it is not open. */
  record Use() {}

  /** Closes the connection; the server rolls back. */
  record Close() {}

  record Commit() {}

  /** Executes a statement. */
  record Execute(String sql, List<Object> parameters) {}

  /** The constructors of the proxies: to ask for them each time takes most of the time. */
  private static final ClassValue<Constructor<?>> PROXIES =
      new ClassValue<>() {
        @Override
        protected Constructor<?> computeValue(Class<?> type) {
          Object one =
              Proxy.newProxyInstance(
                  SteppedJdbc.class.getClassLoader(), new Class<?>[] {type}, (p, m, a) -> null);
          try {
            return one.getClass().getConstructor(InvocationHandler.class);
          } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
          }
        }
      };

  private final Replay replay;
  private final Connection connection =
      proxy(Connection.class, (proxy, method, arguments) -> onConnection(method, arguments));

  SteppedJdbc(Replay replay) {
    this.replay = replay;
  }

  @Override
  public Connection use() throws SQLException {
    Object unused = ask(new Use());
    return connection;
  }

  @Override
  public void close() {
    if (!replay.isSuspended()) {
      try {
        Object unused = ask(new Close());
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private Object ask(Object question) throws SQLException {
    try {
      return replay.ask(question);
    } catch (SQLException | RuntimeException fault) {
      throw fault;
    } catch (Exception fault) {
      throw new IllegalStateException(fault);
    }
  }

  private @Nullable Object onConnection(Method method, Object[] arguments) throws SQLException {
    return switch (method.getName()) {
      case "prepareStatement" -> statement(PreparedStatement.class, (String) arguments[0]);
      case "createStatement" -> statement(Statement.class, "");
      case "commit" -> {
        Object unused = ask(new Commit());
        yield null;
      }
      case "setTransactionIsolation", "setNetworkTimeout" -> null;
      case "getNetworkTimeout" -> 0;
      default -> throw new UnsupportedOperationException(method.toString());
    };
  }

  private <S extends Statement> S statement(Class<S> type, String prepared) {
    List<Object> parameters = new ArrayList<>();
    return proxy(
        type,
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "setLong", "setInt", "setString":
              Object value = arguments[1];
              parameters.add(value instanceof Number n ? (Object) n.longValue() : value);
              if (parameters.size() != (Integer) arguments[0]) {
                throw new IllegalStateException("parameters are set in their order");
              }
              return null;
            case "execute":
              JobServer.Answer unused = execute(text(prepared, arguments), parameters);
              return true;
            case "executeQuery":
              return results(execute(text(prepared, arguments), parameters).rows());
            case "executeUpdate":
              return execute(text(prepared, arguments), parameters).count();
            case "executeLargeUpdate":
              return (long) execute(text(prepared, arguments), parameters).count();
            case "close":
              return null;
            default:
              throw new UnsupportedOperationException(method.toString());
          }
        });
  }

  private static String text(String prepared, Object @Nullable [] arguments) {
    return arguments == null ? prepared : (String) arguments[0];
  }

  private JobServer.Answer execute(String sql, List<Object> parameters) throws SQLException {
    return (JobServer.Answer) ask(new Execute(sql, List.copyOf(parameters)));
  }

  private static ResultSet results(List<List<Object>> rows) {
    Iterator<List<Object>> next = rows.iterator();
    List<Object> current = new ArrayList<>();
    return proxy(
        ResultSet.class,
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "next":
              current.clear();
              boolean has = next.hasNext();
              if (has) {
                current.addAll(next.next());
              }
              return has;
            case "getLong", "getString", "getBoolean":
              return current.get((Integer) arguments[0] - 1);
            case "getInt":
              return ((Long) current.get((Integer) arguments[0] - 1)).intValue();
            case "close":
              return null;
            default:
              throw new UnsupportedOperationException(method.toString());
          }
        });
  }

  private static <S> S proxy(Class<S> type, InvocationHandler handler) {
    try {
      return type.cast(PROXIES.get(type).newInstance(handler));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}

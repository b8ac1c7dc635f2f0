package dev.diagonal.jdbc.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.util.ChildFirstClassLoader;
import org.junit.jupiter.api.Test;

final class DriverConnectorTest {

  /** As Flink loads the classes of each job. */
  @Test
  void driversOfJobsAreDeregistered() throws Exception {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(new File(entry).toURI().toURL());
    }
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader job =
        new ChildFirstClassLoader(
            classPath.toArray(URL[]::new), platform, new String[0], fault -> {})) {
      Class<?> targets = job.loadClass(JdbcTarget.class.getName());
      assertThat(targets).isNotSameAs(JdbcTarget.class);
      Object target =
          targets.getMethod("at", String.class).invoke(null, "jdbc:postgresql://localhost:1/none");
      Constructor<?> constructor =
          job.loadClass(DriverConnector.class.getName()).getDeclaredConstructor(targets);
      constructor.setAccessible(true);
      Object connector = constructor.newInstance(target);
      var connect = connector.getClass().getMethod("connect");
      connect.setAccessible(true);
      assertThatThrownBy(() -> connect.invoke(connector)).hasCauseInstanceOf(SQLException.class);
      Class<?> driver = job.loadClass("org.postgresql.Driver");
      assertThat(driver.getMethod("isRegistered").invoke(null)).isEqualTo(false);
    }
  }

  @Test
  void theDriverOfTheJvmStaysThere() {
    assertThatThrownBy(
            () ->
                new DriverConnector(JdbcTarget.at("jdbc:postgresql://localhost:1/none")).connect())
        .isInstanceOf(SQLException.class);
    assertThat(org.postgresql.Driver.isRegistered()).isTrue();
  }
}

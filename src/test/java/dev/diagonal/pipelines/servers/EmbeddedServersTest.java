package dev.diagonal.pipelines.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class EmbeddedServersTest {

  @Test
  void explainsWhatToDoWithoutBundledServers() throws IOException, ReflectiveOperationException {
    URL classes = EmbeddedServers.class.getProtectionDomain().getCodeSource().getLocation();
    try (JarWithoutServers jar = new JarWithoutServers(classes)) {
      Method start =
          jar.loadClass(EmbeddedServers.class.getName()).getMethod("start", Set.class, Path.class);
      assertThatThrownBy(() -> start.invoke(null, Set.of(), null))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .satisfies(
              e -> {
                assertThat(e.getClass().getName())
                    .isEqualTo(IllegalArgumentException.class.getName());
                assertThat(e.getMessage())
                    .startsWith(
                        "embedded servers are not in this jar: name a sink (--output, --jdbcUrl")
                    .doesNotContain("\n");
              });
    }
  }

  @Test
  void startsNothingIfNothingIsAskedFor() {
    try (EmbeddedServers servers = EmbeddedServers.start(Set.of(), null)) {
      assertThat(servers.jdbcUrl()).isEmpty();
      assertThat(servers.elasticsearchUrl()).isEmpty();
    }
  }

  /** Our classes, but for the package that the bundled jar leaves out. */
  private static final class JarWithoutServers extends URLClassLoader {

    JarWithoutServers(URL classes) {
      super(new URL[] {classes}, ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith("dev.diagonal.pipelines.local.")) {
        throw new ClassNotFoundException(name);
      }
      return super.findClass(name);
    }
  }
}

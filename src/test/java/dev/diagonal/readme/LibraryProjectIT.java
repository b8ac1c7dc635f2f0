package dev.diagonal.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.PostgresExtension;
import dev.diagonal.testing.Sql;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The project in examples/library: compiles it, runs its program and its test. */
@ExtendWith(PostgresExtension.class)
final class LibraryProjectIT {

  private static final Path PROJECT = Path.of("examples/library");

  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp"));
    arguments.add(System.getProperty("java.class.path"));
    try (Stream<Path> sources = Files.walk(PROJECT.resolve("src"))) {
      sources.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(arguments::add);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new))).isZero();
  }

  @Test
  void itsProgramFillsItsTable(LocalPostgres postgres) throws Exception {
    Sql sql = new Sql(JdbcTarget.at(postgres.jdbcUrl()).withUser(postgres.user()));
    sql.execute("DROP TABLE IF EXISTS example_movie_totals");
    try (URLClassLoader loader = loader()) {
      String[] args = {
        "--input=examples/ratings.csv",
        "--jdbcUrl=" + postgres.jdbcUrl(),
        "--jdbcUser=" + postgres.user()
      };
      loader
          .loadClass("example.MovieTotals")
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    }
    assertThat(
            sql.query(
                "SELECT concat_ws(' ', movie_id, rating_count, rating_sum)"
                    + " FROM example_movie_totals ORDER BY movie_id"))
        .containsExactly("10 2 9.000", "20 2 8.000", "30 1 2.000");
  }

  @Test
  void itsTestPasses(@TempDir Path directory) throws Exception {
    try (URLClassLoader loader = loader()) {
      Class<?> test = loader.loadClass("example.MovieTotalsTest");
      var constructor = test.getDeclaredConstructor();
      constructor.setAccessible(true);
      Method method = test.getDeclaredMethod("totalsRatingsByMovie", Path.class);
      method.setAccessible(true);
      method.invoke(constructor.newInstance(), directory);
    }
  }

  /** A user's pom must name the versions that are built and tested here. */
  @Test
  void itsPomNamesOurVersions() throws IOException {
    String ours = Files.readString(Path.of("pom.xml"));
    String its = Files.readString(PROJECT.resolve("pom.xml"));
    assertThat(its)
        .contains(
            "<diagonal.version>" + between(ours, "<artifactId>diagonal</artifactId>\n  <version>"))
        .contains("<beam.version>" + between(ours, "<beam.version>"));
  }

  private static String between(String pom, String start) {
    int from = pom.indexOf(start) + start.length();
    return pom.substring(from, pom.indexOf("</", from));
  }

  /** Returns a loader of the project's classes, with which Beam deserializes too. */
  private static URLClassLoader loader() throws IOException {
    URL[] urls = {classes.toUri().toURL()};
    URLClassLoader loader = new URLClassLoader(urls, LibraryProjectIT.class.getClassLoader());
    Thread.currentThread().setContextClassLoader(loader);
    return loader;
  }

  @AfterEach
  void restoreLoader() {
    Thread.currentThread().setContextClassLoader(LibraryProjectIT.class.getClassLoader());
  }
}

package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.Demo;
import dev.diagonal.pipelines.ratings.MovieRatings;
import dev.diagonal.testing.ListeningPorts;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The demo as {@code mvn compile exec:java} runs it: in a class loader of its own. */
final class DemoIT {

  private static final String LAUNCHED_BY_MAVEN = "diagonal.launchedByMaven";
  private static final long POLL_MILLIS = 200;

  @BeforeEach
  void asIfUnderMaven() {
    System.setProperty(LAUNCHED_BY_MAVEN, "true");
  }

  @AfterEach
  void forgetMaven() {
    System.clearProperty(LAUNCHED_BY_MAVEN);
  }

  @Test
  void bothServersReturnTheMostRatedMovies() throws Exception {
    Set<String> ports = new ConcurrentSkipListSet<>();
    CountDownLatch over = new CountDownLatch(1);
    CompletableFuture<Void> watching = CompletableFuture.runAsync(() -> collect(ports, over));
    Launched launched;
    try {
      launched = launchedByMaven();
    } finally {
      over.countDown();
      watching.join();
    }
    assertThat(launched.exitCode()).as("%s", launched).isEqualTo(ExitCode.DONE);
    if (ListeningPorts.areKnown()) {
      assertThat(ports).hasSizeGreaterThanOrEqualTo(3); // Elasticsearch has two
      assertThat(ListeningPorts.open(ports)).isEmpty();
    }
    List<String> topTen = topTenOf(Path.of("target", "demo", "ratings-2000000.csv"));
    assertThat(topTen).hasSize(10);
    assertThat(rowsBelow("The most rated movies, read back from PostgreSQL:", launched.out()))
        .isEqualTo(topTen);
    assertThat(rowsBelow("The most rated movies, read back from Elasticsearch:", launched.out()))
        .isEqualTo(topTen);
    assertThat(launched.out())
        .anyMatch(line -> line.startsWith("movie-ratings: 2,000,000 rows read, 0 bad, in "))
        .last()
        .asString()
        .matches("The report of this run, for a browser: file:///.*/target/demo/report.html");
    assertThat(Path.of("target", "demo", "report.html")).content().contains("2,000,000 rows read");
  }

  /** Collects the addresses on which the servers, processes of their own, listen. */
  private static void collect(Set<String> ports, CountDownLatch over) {
    try {
      do {
        ProcessHandle.current().children().forEach(each -> ports.addAll(ListeningPorts.of(each)));
      } while (!over.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Loads all classes anew, those of the class path too, below the platform's: what the JVM finds
   * by its own class path, such as the drivers in its list, is not there.
   */
  private static Launched launchedByMaven() throws Exception {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(new File(entry).toURI().toURL());
    }
    Thread thread = Thread.currentThread();
    ClassLoader usual = thread.getContextClassLoader();
    ClassLoader platform = ClassLoader.getPlatformClassLoader();
    try (URLClassLoader maven = new URLClassLoader(classPath.toArray(URL[]::new), platform)) {
      thread.setContextClassLoader(maven);
      Class<?> anew = maven.loadClass(DemoRun.class.getName());
      assertThat(anew).isNotSameAs(DemoRun.class);
      try {
        Supplier<?> run = (Supplier<?>) anew.getConstructor().newInstance();
        List<?> launched = (List<?>) run.get();
        return new Launched(
            ExitCode.valueOf(String.valueOf(launched.get(0))),
            lines(launched.get(1)),
            lines(launched.get(2)));
      } finally {
        Class<?> driver = maven.loadClass("org.postgresql.Driver");
        if (driver.getMethod("isRegistered").invoke(null).equals(true)) {
          driver.getMethod("deregister").invoke(null); // the JVM goes on without these classes
        }
      }
    } finally {
      thread.setContextClassLoader(usual);
    }
  }

  private static List<String> lines(Object list) {
    return ((List<?>) list).stream().map(String::valueOf).toList();
  }

  /** The run, and its exit code and lines as classes that are the same in all class loaders. */
  public static final class DemoRun implements Supplier<List<Object>> {
    @Override
    public List<Object> get() {
      Launched launched = Launched.with(List.of(), Optional.of(new Demo(new MovieRatings())));
      return List.of(launched.exitCode().name(), launched.out(), launched.err());
    }
  }

  /** Movie and number of ratings of the ten rows below the heading. */
  private static List<String> rowsBelow(String heading, List<String> lines) {
    int at = lines.indexOf(heading);
    assertThat(at).as("%s in %s", heading, lines).isNotNegative();
    return lines.subList(at + 2, at + 12).stream()
        .map(line -> line.strip().split(" +"))
        .map(fields -> fields[0] + " " + fields[1])
        .toList();
  }

  private static List<String> topTenOf(Path sample) throws IOException {
    Map<Integer, Integer> counts = new HashMap<>();
    try (Stream<String> lines = Files.lines(sample)) {
      lines
          .skip(1)
          .forEach(line -> counts.merge(Integer.valueOf(line.split(",")[1]), 1, Integer::sum));
    }
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<Integer, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(10)
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .toList();
  }
}

package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.jobs.JobDatabase;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.LocalPostgres;
import dev.diagonal.testing.EdgeDatabase;
import dev.diagonal.testing.HeadlessBrowser;
import dev.diagonal.testing.PostgresExtension;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@ExtendWith(PostgresExtension.class)
final class RunReportIT {

  private static final int EDGES = 20_000;
  private static final int BAD = 7;

  private final Path directory;
  private final EdgeDatabase database;
  private final Path page;

  RunReportIT(@TempDir Path directory, LocalPostgres postgres) {
    this.directory = directory;
    this.database = new EdgeDatabase(postgres);
    this.page = directory.resolve("run.html");
  }

  @ParameterizedTest
  @CsvSource({"DirectRunner,''", "FlinkRunner,--flinkMaster=[local] --parallelism=2"})
  void hasTheNumbersOfTheSummary(String runner, String more) throws Exception {
    Path summary = directory.resolve("summary.json");
    Launched launched =
        loadEdges(
            "--runner=" + runner + " --summary=" + summary + (more.isEmpty() ? "" : " " + more));
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);

    Document report = report();
    JsonNode data = data(report);
    assertThat(data.path("summary")).isEqualTo(new ObjectMapper().readTree(summary.toFile()));
    String text = report.getDocumentElement().getTextContent();
    assertThat(text)
        .contains("20,000 rows read, 20,000 written, 7 bad records")
        .contains("7 × ")
        .contains("--batchSize=100")
        .containsPattern("The ids with the most rows[^0-9]*" + hottestId())
        .contains("Beam     2.");
    JsonNode target = target(data);
    assertThat(target.path("rows").asLong()).isEqualTo(EDGES);
    assertThat(target.path("batches").asInt()).isPositive();
    assertThat(data.path("batches").size()).isEqualTo(target.path("batches").asInt());
    long ofCells = 0;
    for (JsonNode cell : target.path("rows_of_cells")) {
      ofCells += cell.get(2).asLong();
    }
    assertThat(ofCells).isEqualTo(EDGES);
    assertThat(target.path("average_open").asDouble()).isBetween(0.5, 4.0);
    assertThat(target.path("micros").path("p50").asLong()).isPositive();
  }

  /** Returns the id with most edges, either end, and their number, as a pattern of table cells. */
  private String hottestId() throws IOException {
    Map<String, Long> counts = new TreeMap<>();
    for (String line : Files.readAllLines(directory.resolve("edges.csv"))) {
      if (line.matches("[0-9]+,[0-9]+,p")) {
        String[] fields = line.split(",");
        counts.merge(fields[0], 1L, Long::sum);
        if (!fields[1].equals(fields[0])) {
          counts.merge(fields[1], 1L, Long::sum);
        }
      }
    }
    long most = counts.values().stream().mapToLong(Long::longValue).max().orElseThrow();
    String id = // the first by its text, as the report has it
        counts.entrySet().stream()
            .filter(each -> each.getValue() == most)
            .findFirst()
            .orElseThrow()
            .getKey();
    return "%s\\s*either\\s*%s".formatted(id, most);
  }

  private JsonNode target(JsonNode data) {
    assertThat(data.path("targets")).hasSize(1);
    return data.path("targets").get(0);
  }

  @Test
  void needsNothingFromElsewhere() throws Exception {
    assertThat(loadEdges("").exitCode()).isEqualTo(ExitCode.DONE);
    Document report = report();
    NodeList all = report.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      assertThat(element.getAttribute("src")).isEmpty();
      assertThat(element.getAttribute("href")).isIn("", "data:,");
      if (element.getTagName().equals("script")) {
        assertThat(element.getAttribute("type")).isEqualTo("application/json");
      }
    }
    String style = report.getElementsByTagName("style").item(0).getTextContent();
    assertThat(style).doesNotContain("url(").doesNotContain("@import");
  }

  @Test
  void saysWhyARunFailed() throws Exception {
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            options("--report=" + page).toArray(String[]::new)); // without --badRecords
    assertThat(launched.exitCode()).isEqualTo(ExitCode.FAILED);
    Document report = report();
    assertThat(report.getDocumentElement().getTextContent())
        .contains("load-edges failed in ")
        .contains("'x0' is not a whole number");
    assertThat(data(report).path("summary").path("state").asText()).isEqualTo("FAILED");
  }

  @Test
  void showsTheTasksOfAPlan() throws Exception {
    Path input = directory.resolve("in.csv");
    Files.writeString(input, "id,name\n1,a\n2,b\n");
    Path plan = directory.resolve("plan.yaml");
    Files.writeString(
        plan,
        """
        tasks:
          - transfer: {from: {csv: %1$s}, to: {jsonl: %2$s/a.jsonl}}
            name: first
          - transfer: {from: {csv: %1$s}, to: {csv: %2$s/b.csv}}
            name: second
        """
            .formatted(input, directory));
    Launched launched =
        Launched.with(Main.COMMANDS, "transfer", "--plan=" + plan, "--report=" + page);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    Document report = report();
    assertThat(report.getDocumentElement().getTextContent())
        .contains("4 rows read, 4 written, 0 bad records");
    JsonNode children = data(report).path("summary").path("children");
    assertThat(children.findValuesAsText("name")).containsExactly("first", "second");
    assertThat(children.get(0).path("seconds").asDouble()).isPositive();
    assertThat(children.get(1).path("started").asDouble())
        .isGreaterThanOrEqualTo(children.get(0).path("seconds").asDouble());
    assertThat(report.getElementsByTagName("rect").getLength()).isEqualTo(2);
  }

  @Test
  void hasTransactionsOfATransfer() throws Exception {
    Path input = directory.resolve("in.csv");
    StringBuilder rows = new StringBuilder("id,name\n");
    for (int i = 0; i < 5_000; i++) {
      rows.append(i).append(",n\n");
    }
    Files.writeString(input, rows);
    database.execute("DROP TABLE IF EXISTS people");
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "transfer",
            "--from=csv:" + input,
            "--to=jdbc:people",
            "--key=id",
            "--commitRows=1000",
            "--jdbcUrl=" + database.postgres().jdbcUrl(),
            "--jdbcUser=" + database.postgres().user(),
            "--report=" + page);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.DONE);
    Document report = report();
    JsonNode data = data(report);
    List<String> stages = new ArrayList<>();
    for (var stage : data.path("stages").properties()) {
      stages.add(stage.getKey());
      assertThat(stage.getValue().path("micros").asLong()).isPositive();
    }
    assertThat(stages)
        .hasSize(3)
        .contains("read", "convert")
        .anyMatch(stage -> stage.startsWith("write table people of jdbc:postgresql:"));
    assertThat(data.path("servers")).hasSize(1);
    JsonNode server = data.path("servers").elements().next();
    assertThat(server.path("wal_bytes").asLong()).isGreaterThan(5_000);
    assertThat(server.path("deadlocks").asLong()).isZero();
    assertThat(report.getDocumentElement().getTextContent())
        .contains("Where the time of the stages went")
        .contains("transactions committed");
    JsonNode target = target(data);
    assertThat(target.path("target").asText()).isEqualTo("table people");
    assertThat(target.path("rows").asLong()).isEqualTo(5_000);
    assertThat(target.path("batches").asInt()).isEqualTo(5);
  }

  @Test
  void showsAttemptsAndLeasesOfTheJobTable(LocalPostgres postgres) throws Exception {
    JobDatabase job = JobDatabase.create(postgres, "report_of_batches").withRatings(700);
    job.execute("ALTER TABLE staging.movie_ratings ADD CONSTRAINT no_room CHECK (batch_id <> 3)");
    Launched launched =
        Launched.with(
            Main.COMMANDS,
            "rating-batches",
            "--batchRows=100",
            "--jdbcUrl=" + job.target().url(),
            "--jdbcUser=" + postgres.user(),
            "--report=" + page);
    assertThat(launched.exitCode()).as(launched.toString()).isEqualTo(ExitCode.FAILED);
    Document report = report();
    assertThat(report.getDocumentElement().getTextContent())
        .containsPattern("attempts, one lease each\\s*9")
        .containsPattern("of batches that were tried before\\s*2")
        .contains("leases renewed", "leases lost")
        .contains("0 rows in ", "attempt 3 of batch 3, its lease renewed 0 times, failed");
    JsonNode target = target(data(report));
    assertThat(target.path("leases").asInt()).isEqualTo(9);
    assertThat(target.path("failures").asInt()).isEqualTo(3);
    assertThat(target.path("leases_lost").asInt()).isZero();
    List<String> attempts = new ArrayList<>();
    for (JsonNode batch : data(report).path("batches")) {
      attempts.add(batch.path("batch").asText() + " " + batch.path("attempt").asText());
    }
    assertThat(attempts)
        .containsExactlyInAnyOrder("1 1", "2 1", "3 1", "3 2", "3 3", "4 1", "5 1", "6 1", "7 1");
  }

  @Test
  void looksRightInABrowser() throws Exception {
    if (!HeadlessBrowser.isInstalled()) {
      System.err.println(
          "SKIPPED: no browser shows the report: apt-get install chromium chromium-driver");
      abort("chromium and chromedriver are not installed");
    }
    assertThat(loadEdges("").exitCode()).isEqualTo(ExitCode.DONE);
    try (HeadlessBrowser browser = HeadlessBrowser.start(directory)) {
      assertLooksRight(browser, "light", 1_000, 4_200, "rgb(251");
      assertLooksRight(browser, "dark", 1_000, 4_200, "rgb(20");
      assertLooksRight(browser, "phone", 390, 4_800, "rgb(251");
      assertThat(browser.console()).isEmpty();
      assertThat(browser.requests())
          .isNotEmpty()
          .allMatch(url -> url.startsWith("file:") || url.startsWith("data:"));
    }
  }

  private void assertLooksRight(
      HeadlessBrowser browser, String name, int width, int height, String background)
      throws IOException, InterruptedException {
    Path images =
        Files.createDirectories(
            Path.of(System.getProperty("diagonal.screenshots", "target/screenshots")));
    browser.emulate(width, height, name.equals("dark") ? "dark" : "light");
    browser.open(page);
    browser.screenshot(images.resolve("report-" + name + ".png"));
    assertThat(browser.evaluate("return getComputedStyle(document.body).backgroundColor").asText())
        .startsWith(background);
    assertThat(browser.evaluate("return document.documentElement.scrollWidth").asInt())
        .as("the page does not scroll sideways")
        .isLessThanOrEqualTo(width);
    assertThat(
            browser
                .evaluate(
                    "const all = [...document.querySelectorAll('svg')];"
                        + " return all.length > 0"
                        + " && all.every(s => s.getBoundingClientRect().height > 60)")
                .asBoolean())
        .as("every chart has a size")
        .isTrue();
  }

  private Launched loadEdges(String more) throws Exception {
    List<String> options = new ArrayList<>(options("--report=" + page));
    options.add("--badRecords=" + directory.resolve("bad.jsonl"));
    if (!more.isEmpty()) {
      options.addAll(List.of(more.split(" ")));
    }
    return Launched.with(Main.COMMANDS, options.toArray(String[]::new));
  }

  private List<String> options(String report) throws Exception {
    database.createTables("part");
    Path input = directory.resolve("edges.csv");
    StringBuilder edges = new StringBuilder("source,target,part\n");
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < EDGES; i++) {
      int source = i % 50 == 0 ? 7 : random.nextInt(300);
      int target = source == 7 ? 7 : i; // the hottest id has edges to itself
      edges.append(String.format(Locale.ROOT, "%d,%d,p%n", source, target));
    }
    for (int i = 0; i < BAD; i++) {
      edges.append("x").append(i).append(",1,p\n");
    }
    Files.writeString(input, edges);
    return List.of(
        "load-edges",
        "--input=" + input,
        "--edgeColumns=part",
        "--tableSize=8",
        "--batchSize=100",
        "--jdbcUrl=" + database.postgres().jdbcUrl(),
        "--jdbcUser=" + database.postgres().user(),
        report);
  }

  private Document report() throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(Files.readAllBytes(page)));
  }

  private static JsonNode data(Document report) throws IOException {
    String json = report.getElementsByTagName("script").item(0).getTextContent();
    return new ObjectMapper().readTree(json);
  }
}

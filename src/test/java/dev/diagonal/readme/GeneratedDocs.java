package dev.diagonal.readme;

import dev.diagonal.benchmarks.WidthForecast;
import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.Command;
import dev.diagonal.pipelines.command.OptionTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes the parts of {@code docs} that come from elsewhere: tables of options, between {@code <!--
 * options of COMMAND -->} and {@code <!-- end of options -->}, and the chart of speeds. Its main
 * method rewrites the files; {@code GeneratedDocsTest} fails while they differ.
 */
public final class GeneratedDocs {

  /** Rewrites the pages. */
  static final String COMMAND =
      "mvn -q test-compile exec:java -Dexec.mainClass=dev.diagonal.readme.GeneratedDocs"
          + " -Dexec.classpathScope=test";

  private static final Path DOCS = Path.of("docs");
  private static final String END = "<!-- end of options -->";
  private static final Pattern OPTIONS =
      Pattern.compile("<!-- options of ([\\w-]+) -->\n.*?" + END, Pattern.DOTALL);

  private GeneratedDocs() {}

  public static void main(String[] args) throws IOException {
    for (Map.Entry<Path, String> page : pages().entrySet()) {
      if (!Files.exists(page.getKey())
          || !Files.readString(page.getKey()).equals(page.getValue())) {
        Files.writeString(page.getKey(), page.getValue());
        System.out.println("rewrote " + page.getKey());
      }
    }
  }

  /** Returns the files with the text that they should have. */
  static Map<Path, String> pages() throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.list(DOCS)) {
      files = walk.filter(file -> file.toString().endsWith(".md")).toList();
    }
    Map<Path, String> pages = new TreeMap<>();
    for (Path file : files) {
      pages.put(file, generated(Files.readString(file)));
    }
    String width = Files.readString(WidthForecast.RESULTS);
    pages.computeIfPresent(
        DOCS.resolve("scale.md"), (file, page) -> WidthPage.generated(page, width));
    pages.put(DOCS.resolve("images/width.svg"), WidthPage.chart(width));
    pages.put(
        DOCS.resolve("images/speed.svg"),
        SpeedChart.of(Files.readString(DOCS.resolve("benchmarks.md"))));
    return pages;
  }

  private static String generated(String page) {
    return OPTIONS
        .matcher(page)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    "<!-- options of %s -->\n%s%s"
                        .formatted(found.group(1), OptionTables.of(command(found.group(1))), END)));
  }

  private static Command command(String name) {
    return Main.COMMANDS.stream()
        .filter(command -> command.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no command " + name));
  }
}

package dev.diagonal.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadmeTest {

  private static final Path EXAMPLE =
      Path.of("src/test/java/dev/diagonal/readme/LibraryExample.java");

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/library.md"})
  void showsTheExampleThatIsCompiled(Path page) throws IOException {
    List<String> source = Files.readAllLines(EXAMPLE);
    int from = indexOf(source, "// README begins");
    int to = indexOf(source, "// README ends");
    String imports =
        source.stream()
            .filter(line -> line.startsWith("import "))
            .collect(Collectors.joining("\n"));
    String example = String.join("\n", source.subList(from + 1, to)).stripIndent();

    assertThat(Files.readString(page)).contains("```java\n" + imports + "\n\n" + example + "\n```");
  }

  @Test
  void readmeIsShort() throws IOException {
    String readme = Files.readString(Path.of("README.md"));

    assertThat(readme.lines().count()).isLessThan(150);
    assertThat(readme.split("\\s+")).hasSizeLessThan(1_200);
  }

  @Test
  void givesTheCommandOfTheCi() throws IOException {
    String first =
        Files.readAllLines(Path.of(".ci/run")).stream()
            .filter(line -> line.startsWith("mvn "))
            .findFirst()
            .orElseThrow();

    assertThat(Files.readString(Path.of("README.md"))).contains("\n" + first + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "docs/sinks.md, 40",
    "docs/types-and-files.md, 60",
    "docs/bad-records.md, 4",
    "docs/transfer.md, 60",
    "docs/other-databases.md, 10",
    "docs/plans.md, 1"
  })
  void faultTablesNameExistingTests(Path page, int fewest) throws IOException {
    Matcher named = Pattern.compile("`(\\w+(?:IT|Test))\\.(\\w+)`").matcher(Files.readString(page));
    List<String> missing = new ArrayList<>();
    int tests = 0;
    for (; named.find(); tests++) {
      if (!source(named.group(1)).contains("  void " + named.group(2) + "(")) {
        missing.add(named.group());
      }
    }
    assertThat(tests).isGreaterThan(fewest);
    assertThat(missing).isEmpty();
  }

  static Stream<Path> pages() throws IOException {
    return DocumentedCommand.pages().stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadToFilesAndHeadings(Path page) throws IOException {
    Matcher link =
        Pattern.compile("\\]\\((?!https?://)([^)#\\s]*)(?:#([^)]*))?\\)")
            .matcher(Files.readString(page));
    List<String> missing = new ArrayList<>();
    while (link.find()) {
      Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
      if (!Files.exists(target)
          || (link.group(2) != null && !anchors(target).contains(link.group(2)))) {
        missing.add(link.group());
      }
    }
    assertThat(missing).isEmpty();
  }

  /** The anchors of a page's headings, as GitHub makes them. */
  private static Set<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void testingNamesMethodsThatExist() throws IOException {
    Matcher named =
        Pattern.compile("(\\w+(?:IT|Test))[.#](\\w+)")
            .matcher(Files.readString(Path.of("docs/testing.md")));
    List<String> methods = new ArrayList<>();
    while (named.find()) {
      methods.add(named.group());
      assertThat(source(named.group(1))).as(named.group()).contains("void " + named.group(2) + "(");
    }
    assertThat(methods).hasSizeGreaterThan(1);
  }

  /** A qualified name must be a file of that package, a simple one any file of the sources. */
  @ParameterizedTest
  @ValueSource(strings = {"docs/architecture.md", "docs/testing.md", "CONTRIBUTING.md"})
  void namesOnlyClassesThatExist(Path page) throws IOException {
    Set<String> files = new TreeSet<>();
    for (String root : List.of("transforms", "pipelines", "src/test/java")) {
      try (Stream<Path> walk = Files.walk(Path.of(root))) {
        walk.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(files::add);
      }
    }
    List<String> missing = new ArrayList<>();
    int names = 0;
    Matcher named =
        Pattern.compile("`([a-z][\\w.]*\\.)?([A-Z]\\w*[a-z]\\w*)`").matcher(Files.readString(page));
    for (; named.find(); names++) {
      String folder = named.group(1) == null ? "" : named.group(1).replace('.', '/');
      String end = "/" + folder + named.group(2) + ".java";
      if (!named.group(2).startsWith("X") && files.stream().noneMatch(file -> file.endsWith(end))) {
        missing.add(named.group());
      }
    }
    assertThat(names).isGreaterThan(8);
    assertThat(missing).isEmpty();
  }

  /** Returns the source of a test and of the class that it extends. */
  private static String source(String test) throws IOException {
    String source;
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      Optional<Path> file =
          files.filter(each -> each.getFileName().toString().equals(test + ".java")).findAny();
      source = file.isPresent() ? Files.readString(file.get()) : "";
    }
    Matcher base = Pattern.compile("class " + test + " extends (\\w+)").matcher(source);
    return base.find() ? source + source(base.group(1)) : source;
  }

  private static int indexOf(List<String> lines, String text) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).strip().equals(text)) {
        return i;
      }
    }
    throw new AssertionError("no line " + text);
  }
}

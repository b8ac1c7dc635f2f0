package dev.diagonal.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadmeTest {

  private static final Path EXAMPLE =
      Path.of("src/test/java/dev/diagonal/readme/LibraryExample.java");

  @Test
  void showsTheExampleThatIsCompiled() throws IOException {
    List<String> source = Files.readAllLines(EXAMPLE);
    int from = indexOf(source, "// README begins");
    int to = indexOf(source, "// README ends");
    String example = String.join("\n", source.subList(from + 1, to)).stripIndent();

    assertThat(Files.readString(Path.of("README.md"))).contains("```java\n" + example + "\n```");
  }

  @Test
  void givesTheCommandOfTheCi() throws IOException {
    List<String> ci = Files.readAllLines(Path.of(".ci/run"));

    assertThat(Files.readString(Path.of("README.md")))
        .contains("\n" + ci.get(ci.size() - 1) + "\n");
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

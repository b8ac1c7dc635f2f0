package dev.diagonal.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.Command;
import dev.diagonal.pipelines.command.ParsedOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class DocumentedCommandTest {

  /** The file that the command servers writes while it runs. */
  private static final String OPTIONS_OF_SERVERS =
      "--jdbcUrl=jdbc:postgresql://db:5432/d --jdbcUser=u --jdbcPasswordFile=p"
          + " --elasticsearchUrl=http://search:9200";

  private static final Pattern OURS =
      Pattern.compile("(?:bin/diagonal|flink run .*?/diagonal-bundled\\.jar) (.+)");

  static Stream<String> ours() throws IOException {
    return DocumentedCommand.all().stream()
        .map(command -> OURS.matcher(command.line()))
        .flatMap(matcher -> matcher.results().map(found -> found.group(1)))
        .distinct();
  }

  /** Those that no test runs too. */
  @ParameterizedTest
  @MethodSource("ours")
  void hasOnlyOptionsThatExist(String line) {
    String withOptions = line.replace("@target/servers.args", OPTIONS_OF_SERVERS);
    List<String> words = Arrays.asList(withOptions.replace("'", "").split(" "));
    Optional<Command> command =
        Main.COMMANDS.stream().filter(each -> each.name().equals(words.get(0))).findFirst();
    if (command.isEmpty()) {
      assertThat(words.get(0)).isIn("help", "--version", "completion");
    } else {
      List<String> options =
          words.stream().skip(1).filter(word -> !word.startsWith("--awsRegion")).toList();
      assertThat(ParsedOptions.of(command.get(), options)).isNotNull();
    }
  }

  @Test
  void codeBlocksWithCommandsAreMarkedAsShell() throws IOException {
    for (Path page : DocumentedCommand.pages()) {
      assertThat(Files.readString(page))
          .as("a block of ``` with a command in %s: mark it as ```sh", page)
          .doesNotContainPattern("\n\n```\n(mvn|java|bin/diagonal|flink|export) ");
    }
    assertThat(DocumentedCommand.all()).hasSizeGreaterThan(30);
  }
}

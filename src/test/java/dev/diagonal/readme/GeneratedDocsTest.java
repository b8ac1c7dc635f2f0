package dev.diagonal.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.Main;
import dev.diagonal.pipelines.command.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class GeneratedDocsTest {

  @Test
  void generatedPartsAreUpToDate() throws IOException {
    for (Map.Entry<Path, String> page : GeneratedDocs.pages().entrySet()) {
      assertThat(Files.readString(page.getKey()))
          .as("%s is not up to date; run %s", page.getKey(), GeneratedDocs.COMMAND)
          .isEqualTo(page.getValue());
    }
  }

  @Test
  void eachCommandHasAnOptionTable() throws IOException {
    String pages = String.join("\n", GeneratedDocs.pages().values());
    assertThat(Main.COMMANDS)
        .extracting(Command::name)
        .allMatch(name -> pages.contains("<!-- options of " + name + " -->"));
  }
}

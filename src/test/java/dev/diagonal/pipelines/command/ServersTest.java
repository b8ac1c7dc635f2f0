package dev.diagonal.pipelines.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ServersTest {

  @Test
  void refusesOptionOfOtherCommandBeforeStart() {
    Launched launched = Launched.with(List.of(new Servers()), "servers", "--summary=x");
    assertThat(launched.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(launched.out()).isEmpty();
    assertThat(launched.err().get(0)).startsWith("servers: unknown option --summary");
  }

  @Test
  void helpNamesTheDirectoryForTheData() {
    assertThat(String.join(" ", Launched.with(List.of(new Servers()), "servers", "--help").out()))
        .containsPattern(
            "--dataDirectory=<text> +A directory in which the servers keep their data");
  }
}

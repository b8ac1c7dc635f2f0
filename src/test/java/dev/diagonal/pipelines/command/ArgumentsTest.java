package dev.diagonal.pipelines.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.pipelines.usage.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How arguments are split into options. */
final class ArgumentsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --coats 3 --painter=Ida             | --coats=3 --painter=Ida
          --coats=3 --coats 4                 | --coats=3 --coats=4
          --dryRun                            | --dryRun=true
          --dryRun --glossy=false             | --dryRun=true --glossy=false
          --dryRun --parallelism=4            | --dryRun=true --parallelism=4
          --painter -x                        | --painter=-x
          --painter=a=b                       | --painter=a=b
          --runner FlinkRunner --coats 1      | --coats=1 --runner=FlinkRunner
          --streaming --parallelism 2         | --streaming --parallelism=2
          --streaming --parallelism=2 stray   | --streaming --parallelism=2 stray
          -v --coats=3 -q                     | --coats=3 --quiet=true --verbose=true
          fence --                            | fence --
          --painter --                        | --painter=--
          --coats -1                          | --coats=-1
          --streaming -- 2                    | --streaming -- 2
          """)
  void acceptsASpaceOrAnEqualsSign(String args, String normalized) {
    assertThat(normalize(args.split(" ", -1))).containsExactly(normalized.split(" ", -1));
  }

  @Test
  void keepsValuesAsTheyAreWritten() {
    assertThat(normalize("--painter", " \"Ida\" ${HOME} %n @x ", "--things="))
        .containsExactly("--painter= \"Ida\" ${HOME} %n @x ", "--things=");
  }

  @ParameterizedTest
  @CsvSource({"--coats", "--coats --painter=x", "--coats --runner=FlinkRunner", "--coats -q"})
  void refusesAnOptionWithoutItsValue(String args) {
    assertThatThrownBy(() -> normalize(args.split(" ", -1)))
        .isInstanceOf(UsageException.class)
        .hasMessage("--coats takes a value: --coats=<number>");
  }

  @Test
  void joinsAListThatIsGivenSeveralTimes() {
    assertThat(normalize("--things=fence", "--things", "gate,door"))
        .containsExactly("--things=fence,gate,door");
  }

  @Test
  void commandLineListReplacesFileList() {
    assertThat(
            Arguments.normalize(
                new PaintCommand(),
                List.of("--things=old", "--things=fence", "--things=gate"),
                List.of("@some.args", "--things=fence", "--things=gate")))
        .containsExactly("--things=fence,gate");
  }

  private static List<String> normalize(String... args) {
    return Arguments.normalize(new PaintCommand(), List.of(args), List.of(args));
  }
}

package dev.diagonal.pipelines.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.pipelines.command.ColourOptions.Colour;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CommandLineTest {

  @Test
  void everyTypeOfOptionIsRead() {
    ColourOptions options =
        parse(
            "--things=fence,gate",
            "--colour=RED",
            "--coats=-3",
            "--millilitres=5000000000",
            "--glossy=false",
            "--painter=a=b, c");
    assertThat(options.getThings()).containsExactly("fence", "gate");
    assertThat(options.getColour()).isEqualTo(Colour.RED);
    assertThat(options.getCoats()).isEqualTo(-3);
    assertThat(options.getMillilitres()).isEqualTo(5_000_000_000L);
    assertThat(options.isGlossy()).isFalse();
    assertThat(options.getPainter()).isEqualTo("a=b, c");
  }

  @Test
  void whatIsNotGivenHasItsDefault() {
    ColourOptions options = parse("--things=fence");
    assertThat(options.getColour()).isEqualTo(Colour.GREEN);
    assertThat(options.getCoats()).isEqualTo(2);
    assertThat(options.isGlossy()).isTrue();
    assertThat(options.getMaxBadRecords()).isEqualTo(10_000);
    assertThat(options.getBadRecords()).isNull();
  }

  @Test
  void anOptionGivenTwiceCountsAsGivenLast() {
    assertThat(parse("--things=fence", "--coats=1", "--coats=7").getCoats()).isEqualTo(7);
    assertThat(parse("--things=fence", "--things=gate").getThings()).containsExactly("gate");
  }

  @Test
  void aFlagNeedsNoValue() {
    assertThat(parse("--things=fence", "--dryRun").getDryRun()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --coats=two            | --coats takes a whole number, got 'two'
          --coats=3000000000     | --coats takes a whole number, got '3000000000'
          --coats=1.5            | --coats takes a whole number, got '1.5'
          --coats=               | --coats takes a whole number, got ''
          --millilitres=1e3      | --millilitres takes a whole number, got '1e3'
          --glossy=yes           | --glossy takes true or false, got 'yes'
          --colour=BLUE          | --colour takes one of RED, GREEN, got 'BLUE'
          --colour=red           | --colour takes one of RED, GREEN, got 'red'
          --painter=             | --painter takes a value, got ''
          --things=              | --things takes a value, got ''
          --things=,             | --things takes values without empty ones between the commas, got ','
          --things=a,,b          | --things takes values without empty ones between the commas, got 'a,,b'
          --coats                | --coats takes a value: --coats=<number>
          --painter              | --painter takes a value: --painter=<text>
          """)
  void namesOptionAndAllowedValuesForWrongValue(String arg, String message) {
    assertRefused(message, "--things=fence", arg);
  }

  @ParameterizedTest
  @CsvSource({
    "--coat=3, --coats",
    "--Coats=3, --coats",
    "--painterr=Ida, --painter",
    "--runer=DirectRunner, --runner"
  })
  void namesUnknownOptionWithSuggestion(String arg, String meant) {
    String name = arg.substring(0, arg.indexOf('='));
    assertRefused("unknown option " + name + "; did you mean " + meant + "?", "--things=x", arg);
  }

  @Test
  void anUnknownOptionLikeNoOtherIsNamed() {
    assertRefused("unknown option --zzzzzzzzzzzz", "--things=fence", "--zzzzzzzzzzzz=1");
  }

  @Test
  void anOptionOfAnotherCommandIsUnknown() {
    assertThatThrownBy(() -> parse("--things=fence", "--jdbcPasswordFile=x"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("unknown option --jdbcPasswordFile");
  }

  @Test
  void namesMissingRequiredOptionWithItsMeaning() {
    assertRefused("--things is missing: What to paint", "--coats=1");
  }

  @Test
  void reportsAllMistakesTogether() {
    assertRefused(
        """
        4 mistakes
          --coats takes a whole number, got 'two'
          --glossy takes true or false, got 'yes'
          unknown option --thing; did you mean --things?
          --things is missing: What to paint\
        """,
        "--coats=two",
        "--glossy=yes",
        "--thing=a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fence", "-coats=1", "--", "--=3", "--coats 3", "--1=2", ""})
  void whatIsNoOptionIsRefused(String arg) {
    assertRefused(
        "an option must look like --name=value, got '" + arg + "'", "--things=fence", arg);
  }

  @Test
  void optionsOfBeamAndItsRunnersPassThrough() {
    ColourOptions options =
        parse("--things=fence", "--runner=DirectRunner", "--targetParallelism=1", "--jobName=a-b");
    assertThat(options.getJobName()).isEqualTo("a-b");
    assertThat(options.getRunner().getSimpleName()).isEqualTo("DirectRunner");
    assertThat(options.as(DirectOptions.class).getTargetParallelism()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--runner=SparkRunner",
        "--targetParallelism=many",
        "--enforceImmutability=perhaps"
      })
  void namesWrongBeamOptionValueOnOneLine(String arg) {
    String[] nameAndValue = arg.substring(2).split("=", 2);
    assertThatThrownBy(() -> parse("--things=fence", arg))
        .isInstanceOf(UsageException.class)
        .message()
        .contains(nameAndValue[0], nameAndValue[1])
        .doesNotContain("\n");
  }

  @Test
  void refusesBeamHelpThatEndsJvm() {
    assertRefused("--help takes no value, got 'paint'", "--things=fence", "--help=paint");
  }

  private static void assertRefused(String message, String... args) {
    assertThatThrownBy(() -> parse(args)).isInstanceOf(UsageException.class).hasMessage(message);
  }

  private static ColourOptions parse(String... args) {
    return CommandLine.parse(ColourOptions.class, Stream.of(args).toList());
  }
}

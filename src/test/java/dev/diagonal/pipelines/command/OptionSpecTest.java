package dev.diagonal.pipelines.command;

import static dev.diagonal.pipelines.usage.OptionGroup.Heading.OUTPUT;
import static dev.diagonal.pipelines.usage.OptionGroup.Heading.RUN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;

final class OptionSpecTest {

  @Test
  void findsOnlyOwnOptionsSortedByName() {
    assertThat(OptionSpec.of(ColourOptions.class))
        .extracting(OptionSpec::name)
        .containsExactly(
            "badRecords",
            "check",
            "coats",
            "colour",
            "dryRun",
            "glossy",
            "limit",
            "logFile",
            "maxBadRecords",
            "millilitres",
            "painter",
            "quiet",
            "report",
            "summary",
            "things",
            "verbose");
  }

  @Test
  void eachHasItsTypeMeaningAndDefault() {
    assertThat(OptionSpec.of(ColourOptions.class))
        .contains(
            new OptionSpec("things", List.class, "What to paint", null, true, RUN, ""),
            new OptionSpec(
                "colour", ColourOptions.Colour.class, "With what", "GREEN", false, RUN, ""),
            new OptionSpec("coats", int.class, "How many coats", "2", false, RUN, ""),
            new OptionSpec(
                "millilitres", long.class, "How much paint there is", null, false, RUN, ""),
            new OptionSpec("glossy", boolean.class, "Whether it shines", "true", false, RUN, ""),
            new OptionSpec("painter", String.class, "Who paints", "nobody", false, RUN, ""))
        .contains(
            new OptionSpec(
                "maxBadRecords",
                long.class,
                "Fail if there are more bad records than this",
                "10000",
                false,
                OUTPUT,
                "badRecords"));
  }

  @Test
  void aValueLooksLikeItsType() {
    assertThat(OptionSpec.of(ColourOptions.class))
        .extracting(OptionSpec::name, OptionSpec::valueForm)
        .contains(
            tuple("things", "text,…"),
            tuple("colour", "RED|GREEN"),
            tuple("coats", "number"),
            tuple("millilitres", "number"),
            tuple("glossy", "true|false"),
            tuple("painter", "text"));
  }
}

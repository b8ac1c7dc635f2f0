package dev.diagonal.pipelines.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.beam.sdk.options.PipelineOptions;
import org.junit.jupiter.api.Test;

final class HelpTest {

  @Test
  void everyOptionHasItsFormMeaningAndDefault() {
    assertThat(Help.of(new PaintCommand()))
        .containsExactly(
            "paint: paint things",
            "",
            "  --badRecords=<text>",
            "      A file for bad records, one line of JSON each; with load-edges --streaming a directory for such files; without it the first bad record fails the run",
            "  --coats=<number>",
            "      How many coats (default 2)",
            "  --colour=<RED|GREEN>",
            "      With what (default GREEN)",
            "  --dryRun=<true|false>",
            "      Only say what would be read, created and written, and which heap that needs (default false)",
            "  --glossy=<true|false>",
            "      Whether it shines (default true)",
            "  --maxBadRecords=<number>",
            "      Fail if there are more bad records than this (default 10000)",
            "  --millilitres=<number>",
            "      How much paint there is",
            "  --painter=<text>",
            "      Who paints (default nobody)",
            "  --summary=<text>",
            "      A file for the summary of the run, as JSON",
            "  --things=<text,…>",
            "      What to paint (required)",
            "",
            "Beam's own options pass through, --runner=FlinkRunner for example; see runner-configs/.",
            "@file among the arguments stands for the options in it, one a line, # for comments.");
  }

  @Test
  void aCommandWithoutAPipelineDoesNotSpeakOfRunners() {
    assertThat(Help.of(new Idle()))
        .containsExactly(
            "idle: do nothing",
            "",
            "@file among the arguments stands for the options in it, one a line, # for comments.");
  }

  /** A command without options and pipeline. */
  private record Idle() implements Command {
    @Override
    public String name() {
      return "idle";
    }

    @Override
    public String summary() {
      return "do nothing";
    }

    @Override
    public Class<?> options() {
      return PipelineOptions.class;
    }

    @Override
    public ExitCode run(List<String> args) {
      return ExitCode.DONE;
    }
  }
}

package dev.diagonal.pipelines.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.beam.sdk.options.PipelineOptions;
import org.junit.jupiter.api.Test;

final class CommandModelTest {

  @Test
  void helpGroupsOptionsWithTheirDefaults() {
    assertThat(String.join("\n", CommandModel.help(new PaintCommand())))
        .isEqualTo(
            """
            Usage: diagonal paint [@FILE...] [OPTION...]
            paint things

            Input:
                  --limit=<number>           Read only this many records, with one reader: the first ones in
                                               the order of files and lines, or any rows of a table or a query.
                                               0 for all (default 0)

            Output:
                  --badRecords=<text>        A file for bad records, one JSON object per line; with load-edges
                                               --streaming a directory of such files. By default the first bad
                                               record fails the run
                  --maxBadRecords=<number>   Fail if there are more bad records than this (default 10000)
                  --report=<text>            An HTML file for the report of the run: receipt, speed, batches,
                                               dead letters
                  --summary=<text>           A file for the summary of the run, as JSON

            Run:
                  --check[=<true|false>]     Connect to no server: check options, files and plan, and print
                                               what would be read, created and written, and the heap that is
                                               needed (default false)
                  --coats=<number>           How many coats (default 2)
                  --colour=<RED|GREEN>       With what (default GREEN)
                  --dryRun[=<true|false>]    Change nothing: connect to the servers, check rights, tables and
                                               indexes, and show the types and the first five rows as they
                                               would be written. If the run would fail, the exit code is that
                                               of the run, 1 or 2 (default false)
                  --glossy[=<true|false>]    Whether it shines (default true)
                  --logFile=<text>           Append the log that --verbose prints to this file; works without
                                               --verbose
                  --millilitres=<number>     How much paint there is
                  --painter=<text>           Who paints (default nobody)
                  --quiet[=<true|false>]     Print no progress and no summary, only warnings and errors; also
                                               -q (default false)
                  --things=<text,…>          What to paint (required)
                  --verbose[=<true|false>]   Log SQL statements without their values, requests, and retries
                                               with their reasons, instead of the progress line; also -v
                                               (default false)

            Options of Beam and its runners pass through, for example --runner=FlinkRunner --flinkMaster=host:
            port --parallelism=4. runner-configs/ has a file for each runner.
            @FILE reads options from a file, one per line; # starts a comment line.
            Exit codes: 0 done, 1 failed, 2 wrong usage."""
                .stripIndent());
  }

  @Test
  void helpWithoutPipelineHasExamplesButNoRunners() {
    assertThat(CommandModel.help(new Idle()))
        .containsExactly(
            "Usage: diagonal idle [@FILE...] [OPTION...]",
            "do nothing",
            "",
            "Examples:",
            "  diagonal idle --at=100%",
            "",
            "@FILE reads options from a file, one per line; # starts a comment line.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage.");
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
    public List<String> examples() {
      return List.of("idle --at=100%");
    }

    @Override
    public ExitCode run(List<String> args) {
      return ExitCode.DONE;
    }
  }
}

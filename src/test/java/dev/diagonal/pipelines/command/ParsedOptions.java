package dev.diagonal.pipelines.command;

import java.util.List;
import org.apache.beam.sdk.options.PipelineOptions;

/** Reads the options of a command as a launch does, and runs nothing. */
public final class ParsedOptions {

  private ParsedOptions() {}

  /**
   * Returns the options.
   *
   * @throws dev.diagonal.pipelines.usage.UsageException if one is unknown, missing or wrong
   */
  public static PipelineOptions of(Command command, List<String> args) {
    List<String> expanded = ArgsFiles.expand(args);
    return CommandLine.parse(
        command.options().asSubclass(PipelineOptions.class),
        Arguments.normalize(command, expanded, args));
  }
}

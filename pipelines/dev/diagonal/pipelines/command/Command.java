package dev.diagonal.pipelines.command;

import java.util.List;

/** A command of the launcher. */
public interface Command {

  /** Returns its name. */
  String name();

  /** Returns what it does, in one line. */
  String summary();

  /** Returns the interface that declares its options. */
  Class<?> options();

  /** Returns examples for {@code --help}, starting with its name. */
  default List<String> examples() {
    return List.of();
  }

  /**
   * Runs the command.
   *
   * @param args its options as {@code --name=value}, with {@code @files} expanded
   * @throws dev.diagonal.pipelines.usage.UsageException if the options are invalid
   * @throws Exception if the command failed; {@link dev.diagonal.pipelines.run.Failure} explains it
   *     to the user
   */
  ExitCode run(List<String> args) throws Exception;
}

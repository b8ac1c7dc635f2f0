package dev.diagonal.pipelines.command;

import java.util.List;

/** Something the launcher can do. */
public interface Command {

  /** Returns what it is called by. */
  String name();

  /** Returns what it does, in one line. */
  String summary();

  /** Returns the interface that declares its options. */
  Class<?> options();

  /** Returns examples of its use for {@code --help}, from its name on. */
  default List<String> examples() {
    return List.of();
  }

  /**
   * Does it.
   *
   * @param args its options as {@code --name=value}, {@code @files} expanded
   * @throws dev.diagonal.pipelines.usage.UsageException if it was called the wrong way
   * @throws Exception if it failed; {@link dev.diagonal.pipelines.run.Failure} explains that to the
   *     user
   */
  ExitCode run(List<String> args) throws Exception;
}

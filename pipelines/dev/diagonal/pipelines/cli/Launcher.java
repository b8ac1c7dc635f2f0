package dev.diagonal.pipelines.cli;

import dev.diagonal.jdbc.JdbcUrl;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Runs one of some commands from its arguments: {@code <command> [@file …] [--option=value …]}.
 * What is asked for goes to the standard output; what the user must know besides to the standard
 * error.
 */
public final class Launcher {

  private static final String USAGE = "<command> [@file …] [--option=value …]";

  private static final String LOGGING_FILE = "java.util.logging.config.file";

  /** Kept, or the level would be forgotten with the logger. */
  private static final Logger ROOT_LOGGER = Logger.getLogger("");

  private final List<Command> commands;
  private final Optional<Command> demo;
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;

  /**
   * @param commands what can be run
   * @param demo what runs under Maven without arguments
   */
  public Launcher(List<Command> commands, Optional<Command> demo) {
    this.commands = List.copyOf(commands);
    this.demo = demo;
  }

  /** Runs the command that the arguments name and returns how that went. */
  public ExitCode launch(List<String> args) {
    quiet();
    if (System.getProperty(LOGGING_FILE) == null) {
      WarningLines.to(err);
    }
    try {
      if (args.isEmpty()) {
        return withoutArguments();
      }
      String name = args.get(0);
      if (name.equals("help") || name.equals("--help")) {
        printCommands(out);
        return ExitCode.DONE;
      }
      Optional<Command> command =
          commands.stream().filter(each -> each.name().equals(name)).findFirst();
      if (command.isEmpty()) {
        err.println("unknown command '" + name + "'");
        printCommands(err);
        return ExitCode.WRONG_USAGE;
      }
      return launch(command.get(), args.subList(1, args.size()));
    } catch (Throwable thrown) {
      return failed("", thrown);
    }
  }

  private ExitCode launch(Command command, List<String> args) {
    try {
      List<String> expanded = ArgsFiles.expand(args);
      if (expanded.contains("--help") || expanded.contains("--help=true")) {
        Help.of(command).forEach(out::println);
        return ExitCode.DONE;
      }
      return command.run(expanded);
    } catch (Throwable thrown) {
      // Errors too: memory that ran out must end in exit code 1 and a line, like any other failure.
      return failed(command.name(), thrown);
    }
  }

  private ExitCode withoutArguments() throws Exception {
    if (demo.isPresent() && Runners.inMaven()) {
      return launch(demo.get(), List.of());
    }
    printCommands(err);
    err.println();
    err.println("The demo, with embedded servers, needs the sources: mvn -q compile exec:java");
    return ExitCode.WRONG_USAGE;
  }

  private ExitCode failed(String command, Throwable thrown) {
    String prefix = command.isEmpty() ? "" : command + ": ";
    if (thrown instanceof UsageException || Failure.isRefusal(thrown)) {
      err.println(prefix + JdbcUrl.shownIn(String.valueOf(thrown.getMessage())));
      if (!command.isEmpty()) {
        err.println(command + " --help lists the options");
      }
      return ExitCode.WRONG_USAGE;
    }
    Failure failure = Failure.of(thrown);
    err.println(prefix + "failed: " + failure.message());
    if (failure.hint() != null) {
      err.println("hint: " + failure.hint());
    }
    if (!failure.expected()) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      err.print(JdbcUrl.shownIn(trace.toString()));
    }
    return ExitCode.FAILED;
  }

  private void printCommands(PrintStream to) {
    to.println("usage: " + USAGE);
    to.println();
    commands.forEach(each -> to.printf("  %-16s %s%n", each.name(), each.summary()));
    to.println();
    to.println("  <command> --help lists its options; exit codes: 0 done, 1 failed, 2 wrong usage");
  }

  /** Turns off the chatter of Beam, Flink and the drivers, unless the user has set up logging. */
  private static void quiet() {
    if (System.getProperty(LOGGING_FILE) == null) {
      LogManager.getLogManager().reset();
      ROOT_LOGGER.setLevel(Level.OFF);
    }
    if (System.getProperty("slf4j.internal.verbosity") == null) {
      System.setProperty("slf4j.internal.verbosity", "ERROR");
    }
  }
}

package dev.diagonal.pipelines.command;

import dev.diagonal.internal.bytes.Printable;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.jdbc.sql.JdbcUrl;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.pipelines.report.Versions;
import dev.diagonal.pipelines.run.Failure;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Runs a command from its arguments: {@code <command> [@file …] [--option=value …]}. Prints
 * requested output to the standard output, and everything else to the standard error.
 */
public final class Launcher {

  private static final String USAGE = "diagonal <command> [@file …] [--option=value …]";

  private static final Set<String> HELP = Set.of("--help", "--help=true", "-h");

  private static final String LOGGING_FILE = "java.util.logging.config.file";

  /** Held so that the logger, and so its level, is not garbage collected. */
  private static final Logger ROOT_LOGGER = Logger.getLogger("");

  private final List<Command> commands;
  private final Optional<Command> demo;
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;

  /**
   * @param commands the commands
   * @param demo runs under Maven without arguments
   */
  public Launcher(List<Command> commands, Optional<Command> demo) {
    this.commands = List.copyOf(commands);
    this.demo = demo;
  }

  /** Runs the command that the arguments name and returns its exit code. */
  public ExitCode launch(List<String> args) {
    quiet();
    if (System.getProperty(LOGGING_FILE) == null) {
      WarningLines.to(err);
    }
    return checked(run(args));
  }

  private ExitCode run(List<String> args) {
    try {
      if (args.isEmpty()) {
        return withoutArguments();
      }
      String first = args.get(0);
      List<String> rest = args.subList(1, args.size());
      switch (first) {
        case "help", "--help", "-h" -> {
          return help(rest);
        }
        case "version", "--version", "-V" -> {
          Versions.lines().forEach(out::println);
          return ExitCode.DONE;
        }
        case "completion" -> {
          out.println(CommandModel.completion(commands));
          return ExitCode.DONE;
        }
        default -> {
          Optional<Command> command = named(first);
          return command.isPresent() ? launch(command.get(), rest) : unknown(first);
        }
      }
    } catch (Throwable thrown) {
      return failed("", thrown);
    }
  }

  private ExitCode help(List<String> args) {
    if (args.isEmpty()) {
      printCommands(out);
      return ExitCode.DONE;
    }
    Optional<Command> command = named(args.get(0));
    if (command.isEmpty()) {
      return unknown(args.get(0));
    }
    CommandModel.help(command.get()).forEach(out::println);
    return ExitCode.DONE;
  }

  private Optional<Command> named(String name) {
    return commands.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  private ExitCode unknown(String name) {
    err.printf(
        "unknown command '%s'%s%n",
        name, NearestName.hint(name, commands.stream().map(Command::name).toList()));
    err.println("diagonal help lists the commands");
    return ExitCode.WRONG_USAGE;
  }

  private ExitCode launch(Command command, List<String> args) {
    try {
      List<String> expanded = ArgsFiles.expand(args);
      if (expanded.stream().anyMatch(HELP::contains)) {
        CommandModel.help(command).forEach(out::println);
        return ExitCode.DONE;
      }
      List<String> normalized = Arguments.normalize(command, expanded, args);
      try (Logs logs = Logs.begin(command.name(), normalized, err)) {
        ExitCode exitCode = run(command, normalized);
        logs.end(exitCode);
        return exitCode;
      }
    } catch (Throwable thrown) {
      return failed(command.name(), thrown);
    }
  }

  private ExitCode run(Command command, List<String> args) {
    try {
      return command.run(args);
    } catch (Throwable thrown) {
      // Also catches errors: running out of memory must end with exit code 1 and a message.
      return failed(command.name(), thrown);
    }
  }

  /**
   * Checks that the standard output was written: a full disk or a closed pipe would lose it
   * silently.
   */
  private ExitCode checked(ExitCode exitCode) {
    if (!out.checkError()) {
      return exitCode;
    }
    err.println(
        "failed: the standard output could not be written completely: the disk is full or the reader has closed it");
    return exitCode == ExitCode.DONE ? ExitCode.FAILED : exitCode;
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
    Logger.getLogger(Warnings.LOGGER).info(() -> "failed: " + Failure.of(thrown).message());
    if (thrown instanceof UsageException || Failure.isRefusal(thrown)) {
      err.println(prefix + Printable.lines(JdbcUrl.shownIn(Reason.of(thrown))));
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
    commands.forEach(each -> to.printf("  %-18s %s%n", each.name(), each.summary()));
    to.println();
    to.println("  help <command>     lists the options of a command, with examples");
    to.println("  --version          prints the versions of Diagonal, Beam, Flink and Java");
    to.println("  completion         prints a script that completes words in bash and zsh");
    to.println();
    to.println("exit codes: 0 done, 1 failed, 2 wrong usage");
  }

  /**
   * Disables the log output of Beam, Flink and the drivers, unless the user has configured logging.
   */
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

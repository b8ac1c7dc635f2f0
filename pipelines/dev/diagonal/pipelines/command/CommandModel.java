package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.progress.Terminal;
import dev.diagonal.pipelines.usage.OptionGroup;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Picocli's model of our commands: splits arguments into options, prints help, and completes words
 * in a shell. {@link CommandLine dev.diagonal's CommandLine} checks values; Beam handles options
 * that a command does not declare.
 */
final class CommandModel {

  private static final String PROGRAM = "diagonal";

  private static final int HELP_WIDTH = 100;

  private static final int OPTION_WIDTH = 34;

  /** Picocli drops this argument; no option or value of ours contains a line break. */
  private static final String NO_DELIMITER = "\n";

  private static final Map<String, String> SHORT = Map.of("-v", "verbose", "-q", "quiet");

  private CommandModel() {}

  /**
   * Returns the arguments as {@code --name=value}, one element each, however they were written:
   * {@code --name value}, {@code --name=value}, or {@code --flag} for true. Arguments that are not
   * options of the command are unchanged.
   *
   * <p>If a list is set several times on the command line, its values are joined; for other options
   * the last value wins.
   *
   * @param args with {@code @files} expanded
   * @param typed as on the command line
   * @throws UsageException if an option of the command has no value
   */
  static List<String> normalize(Command command, List<String> args, List<String> typed) {
    List<OptionSpec> specs = OptionSpec.of(command.options());
    CommandLine parser = parser(command, specs);
    ParseResult onCommandLine =
        parse(parser, specs, typed.stream().filter(arg -> !arg.startsWith("@")).toList());
    // Read before the parser is reused, which resets the values of its options.
    Map<String, List<String>> typedLists = new HashMap<>();
    for (OptionSpec spec : specs) {
      if (spec.type() == List.class) {
        typedLists.put(spec.name(), List.copyOf(values(onCommandLine, "--" + spec.name())));
      }
    }
    ParseResult parsed = parse(parser, specs, args);
    List<String> normalized = new ArrayList<>();
    for (OptionSpec spec : specs) {
      String name = "--" + spec.name();
      List<String> values = typedLists.getOrDefault(spec.name(), List.of());
      if (values.size() > 1) {
        values.forEach(spec::check);
        normalized.add(name + "=" + String.join(",", values));
      } else {
        values(parsed, name).forEach(value -> normalized.add(name + "=" + value));
      }
    }
    normalized.addAll(joined(parsed.unmatched()));
    return normalized;
  }

  private static CommandLine parser(Command command, List<OptionSpec> specs) {
    return new CommandLine(model(command, specs))
        .setUnmatchedArgumentsAllowed(true)
        .setOverwrittenOptionsAllowed(true)
        .setExpandAtFiles(false)
        .setEndOfOptionsDelimiter(NO_DELIMITER);
  }

  private static ParseResult parse(CommandLine parser, List<OptionSpec> specs, List<String> args) {
    try {
      return parser.parseArgs(withFlagsSet(args, specs).toArray(String[]::new));
    } catch (MissingParameterException e) {
      throw new UsageException(missing(e, specs), e);
    } catch (ParameterException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Writes {@code --flag} as {@code --flag=true} before an option, which is not its value. */
  private static List<String> withFlagsSet(List<String> args, List<OptionSpec> specs) {
    List<String> set = new ArrayList<>(args);
    set.replaceAll(
        arg -> isDeclared(SHORT.get(arg), specs) ? "--" + SHORT.get(arg) + "=true" : arg);
    for (int i = 0; i < args.size() - 1; i++) {
      String arg = args.get(i);
      if (args.get(i + 1).startsWith("--")
          && specs.stream()
              .anyMatch(spec -> spec.type() == boolean.class && arg.equals("--" + spec.name()))) {
        set.set(i, arg + "=true");
      }
    }
    return set;
  }

  private static boolean isDeclared(@Nullable String name, List<OptionSpec> specs) {
    return specs.stream().anyMatch(spec -> spec.name().equals(name));
  }

  private static List<String> values(ParseResult parsed, String name) {
    CommandLine.Model.OptionSpec option = parsed.matchedOption(name);
    return option == null ? List.of() : option.originalStringValues();
  }

  private static String missing(MissingParameterException e, List<OptionSpec> specs) {
    List<String> names =
        e.getMissing().stream()
            .filter(CommandLine.Model.OptionSpec.class::isInstance)
            .map(option -> ((CommandLine.Model.OptionSpec) option).longestName())
            .toList();
    return specs.stream()
        .filter(spec -> names.contains("--" + spec.name()))
        .findFirst()
        .map(OptionSpec::takesValue)
        .orElse(String.valueOf(e.getMessage()));
  }

  /** Joins {@code --name value} of options that the command does not declare. */
  private static List<String> joined(List<String> args) {
    List<String> joined = new ArrayList<>();
    for (String arg : args) {
      int last = joined.size() - 1;
      boolean isValue = last >= 0 && !arg.startsWith("-") && isBareOption(joined.get(last));
      if (isValue) {
        joined.set(last, joined.get(last) + "=" + arg);
      } else {
        joined.add(arg);
      }
    }
    return joined;
  }

  private static boolean isBareOption(String arg) {
    return arg.startsWith("--") && arg.indexOf('=') < 0;
  }

  /** Returns the lines of {@code <command> --help}. */
  static List<String> help(Command command) {
    CommandLine commandLine = new CommandLine(model(command, OptionSpec.of(command.options())));
    commandLine.setUsageHelpWidth(HELP_WIDTH).setUsageHelpAutoWidth(Terminal.isPresent());
    return commandLine.getUsageMessage(CommandLine.Help.Ansi.OFF).stripTrailing().lines().toList();
  }

  /** Returns a script that completes commands and options in bash and zsh. */
  static String completion(List<Command> commands) {
    CommandSpec top = CommandSpec.create().name(PROGRAM);
    commands.forEach(
        command ->
            top.addSubcommand(command.name(), model(command, OptionSpec.of(command.options()))));
    return AutoComplete.bash(PROGRAM, new CommandLine(top));
  }

  private static CommandSpec model(Command command, List<OptionSpec> specs) {
    CommandSpec model = CommandSpec.create().name(command.name());
    model
        .usageMessage()
        .description(escaped(command.summary()))
        .customSynopsis(PROGRAM + " " + command.name() + " [@FILE...] [OPTION...]")
        .sortOptions(false)
        .longOptionsMaxWidth(OPTION_WIDTH)
        .abbreviateSynopsis(true)
        .footer(footer(command));
    Map<OptionGroup.Heading, List<OptionSpec>> groups =
        specs.stream()
            .collect(
                Collectors.groupingBy(
                    OptionSpec::heading,
                    (Supplier<Map<OptionGroup.Heading, List<OptionSpec>>>) TreeMap::new,
                    Collectors.toList()));
    groups.forEach(
        (heading, options) -> {
          ArgGroupSpec.Builder group =
              ArgGroupSpec.builder()
                  .validate(false)
                  .multiplicity("0..1")
                  .heading("%n" + heading.text() + ":%n")
                  .order(model.argGroups().size());
          options.forEach(option -> group.addArg(option(option)));
          model.addArgGroup(group.build());
        });
    return model;
  }

  private static CommandLine.Model.OptionSpec option(OptionSpec spec) {
    CommandLine.Model.OptionSpec.Builder option =
        CommandLine.Model.OptionSpec.builder("--" + spec.name())
            .type(String.class)
            .arity("1")
            .paramLabel("<" + spec.valueForm() + ">")
            .description(escaped(spec.description() + spec.remark()));
    if (spec.type() == boolean.class) {
      option.arity("0..1").fallbackValue("true");
    }
    List<String> values = spec.values();
    if (!values.isEmpty()) {
      option.completionCandidates(values);
    }
    return option.build();
  }

  private static String[] footer(Command command) {
    List<String> lines = new ArrayList<>();
    if (!command.examples().isEmpty()) {
      lines.add("%nExamples:");
      command.examples().forEach(example -> lines.add("  " + PROGRAM + " " + escaped(example)));
    }
    lines.add("");
    if (command instanceof PipelineCommand) {
      lines.add(
          "Options of Beam and its runners pass through, for example --runner=FlinkRunner"
              + " --flinkMaster=host:port --parallelism=4. runner-configs/ has a file for each runner.");
    }
    lines.add("@FILE reads options from a file, one per line; # starts a comment line.");
    lines.add("Exit codes: 0 done, 1 failed, 2 wrong usage.");
    return lines.toArray(String[]::new);
  }

  /** Picocli formats its texts with {@link String#format}. */
  private static String escaped(@Nullable String text) {
    return text == null ? "" : text.replace("%", "%%");
  }
}

package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.progress.Terminal;
import dev.diagonal.pipelines.usage.OptionGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Picocli's model of our commands, for help and for completion in a shell. {@link Arguments} splits
 * arguments, and {@link CommandLine dev.diagonal's CommandLine} checks values; Beam handles options
 * that a command does not declare.
 */
final class CommandModel {

  private static final String PROGRAM = "diagonal";

  private static final int HELP_WIDTH = 100;

  private static final int OPTION_WIDTH = 34;

  private CommandModel() {}

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

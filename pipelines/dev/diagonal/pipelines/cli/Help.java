package dev.diagonal.pipelines.cli;

import java.util.ArrayList;
import java.util.List;

/** The lines of {@code <command> --help}. */
final class Help {

  private Help() {}

  static List<String> of(Command command) {
    List<String> lines = new ArrayList<>();
    lines.add(command.name() + ": " + command.summary());
    lines.add("");
    for (OptionSpec option : OptionSpec.of(command.options())) {
      lines.add("  --" + option.name() + "=<" + option.valueForm() + ">");
      lines.add("      " + option.description() + remark(option));
    }
    if (command instanceof PipelineCommand) {
      lines.add("");
      lines.add(
          "Beam's own options pass through, --runner=FlinkRunner for example; see runner-configs/.");
    }
    lines.add(
        "@file among the arguments stands for the options in it, one a line, # for comments.");
    return lines;
  }

  private static String remark(OptionSpec option) {
    if (option.required()) {
      return " (required)";
    }
    return option.defaultValue() == null ? "" : " (default " + option.defaultValue() + ")";
  }
}

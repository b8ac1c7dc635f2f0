package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.usage.OptionGroup;
import java.util.List;
import java.util.stream.Collectors;

/** The options of a command as a Markdown table, as its options interface describes them. */
public final class OptionTables {

  private OptionTables() {}

  /** Returns a table with a bold row for each heading of {@code --help}, ending in a line break. */
  public static String of(Command command) {
    List<OptionSpec> options = OptionSpec.of(command.options());
    StringBuilder table = new StringBuilder("| option | meaning | default |\n|---|---|---|\n");
    for (OptionGroup.Heading heading : OptionGroup.Heading.values()) {
      List<OptionSpec> group =
          options.stream().filter(option -> option.heading() == heading).toList();
      if (!group.isEmpty()) {
        table.append("| **").append(heading.text()).append("** | | |\n");
        group.forEach(option -> table.append(row(option)));
      }
    }
    return table.toString();
  }

  private static String row(OptionSpec option) {
    return "| `--%s` | %s | %s |\n"
        .formatted(
            option.name(), escaped(option.description()) + values(option), byDefault(option));
  }

  private static String values(OptionSpec option) {
    if (option.type() == boolean.class || option.values().isEmpty()) {
      return "";
    }
    return option.values().stream()
        .map(value -> "`" + value + "`")
        .collect(Collectors.joining(", ", " (", ")"));
  }

  private static String byDefault(OptionSpec option) {
    if (option.required()) {
      return "required";
    }
    return option.defaultValue() == null ? "" : "`" + escaped(option.defaultValue()) + "`";
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;");
  }
}

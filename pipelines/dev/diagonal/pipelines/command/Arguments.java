package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a command, split into its own options and all others. Picocli could do this too,
 * but would take a tenth of the time of a short run to start.
 */
final class Arguments {

  private static final Map<String, String> SHORT = Map.of("-v", "verbose", "-q", "quiet");

  private final Map<String, OptionSpec> specs;
  private final Map<String, List<String>> values = new HashMap<>();
  private final List<String> others = new ArrayList<>();

  private Arguments(Map<String, OptionSpec> specs) {
    this.specs = specs;
  }

  /**
   * Returns the arguments as {@code --name=value}, one element each, however they were written:
   * {@code --name value}, {@code --name=value}, or {@code --flag} for true. Arguments that are not
   * options of the command are unchanged, except that {@code --name value} is joined.
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
    Arguments all = of(specs, args);
    Arguments onCommandLine =
        of(specs, typed.stream().filter(arg -> !arg.startsWith("@")).toList());
    List<String> normalized = new ArrayList<>();
    for (OptionSpec spec : specs) {
      String name = "--" + spec.name();
      List<String> listed = onCommandLine.values(spec);
      if (spec.type() == List.class && listed.size() > 1) {
        listed.forEach(spec::check);
        normalized.add(name + "=" + String.join(",", listed));
      } else {
        all.values(spec).forEach(value -> normalized.add(name + "=" + value));
      }
    }
    normalized.addAll(joined(all.others));
    return normalized;
  }

  private static Arguments of(List<OptionSpec> specs, List<String> args) {
    Arguments split =
        new Arguments(
            specs.stream().collect(Collectors.toMap(OptionSpec::name, Function.identity())));
    for (int i = 0; i < args.size(); ) {
      i += split.add(args.get(i), i + 1 < args.size() ? args.get(i + 1) : null);
    }
    return split;
  }

  private List<String> values(OptionSpec spec) {
    return values.getOrDefault(spec.name(), List.of());
  }

  /** Adds an argument; returns 2 if the next one is its value, or else 1. */
  private int add(String arg, @Nullable String next) {
    OptionSpec flag = specs.get(SHORT.getOrDefault(arg, ""));
    int equals = arg.indexOf('=');
    OptionSpec spec =
        arg.startsWith("--")
            ? specs.get(arg.substring(2, equals < 0 ? arg.length() : equals))
            : flag;
    if (spec == null) {
      others.add(arg);
    } else if (flag != null) {
      add(spec, "true");
    } else if (equals >= 0) {
      add(spec, arg.substring(equals + 1));
    } else if (spec.type() == boolean.class && (next == null || next.startsWith("-"))) {
      add(spec, "true");
    } else if (next == null || isOption(next)) {
      throw new UsageException(spec.takesValue());
    } else {
      add(spec, next);
      return 2;
    }
    return 1;
  }

  private void add(OptionSpec spec, String value) {
    values.computeIfAbsent(spec.name(), name -> new ArrayList<>()).add(value);
  }

  private static boolean isOption(String arg) {
    return SHORT.containsKey(arg) || (arg.startsWith("--") && arg.length() > 2);
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
    return isOption(arg) && arg.startsWith("--") && arg.indexOf('=') < 0;
  }
}

package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.options.Secrets;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Reads the options of one command: its own are checked here, those of Beam and its runners by
 * Beam. An option of another command is unknown.
 */
public final class CommandLine {

  private static final Pattern OPTION =
      Pattern.compile("--([A-Za-z][A-Za-z0-9]*)(?:=(.*))?", Pattern.DOTALL);
  private static final Pattern MISSING = Pattern.compile("missing a property named '(\\w+)'");

  /** The launcher's. Beam would print its own help and end the JVM with exit code 0. */
  private static final String HELP = "help";

  private CommandLine() {}

  /**
   * Returns the options.
   *
   * @throws UsageException if one is unknown, has no fitting value or is missing; the message is
   *     one line
   */
  public static <O extends PipelineOptions> O parse(Class<O> type, List<String> args) {
    Map<String, OptionSpec> specs =
        OptionSpec.of(type).stream()
            .collect(Collectors.toMap(OptionSpec::name, Function.identity()));
    Map<String, String> values = new LinkedHashMap<>();
    for (String arg : args) {
      Matcher option = OPTION.matcher(arg);
      if (!option.matches()) {
        throw new UsageException(
            "an option looks like --name=value, got '" + Secrets.shown(arg) + "'");
      }
      String name = option.group(1);
      String value = option.group(2) == null ? "true" : option.group(2);
      if (name.equals(HELP)) {
        throw new UsageException("--help takes no value, got '%s'".formatted(value));
      }
      if (value.indexOf('\0') >= 0) {
        throw new UsageException("--%s: the value holds a NUL character".formatted(name));
      }
      OptionSpec spec = specs.get(name);
      if (spec != null) {
        if (option.group(2) == null && spec.type() != boolean.class) {
          throw new UsageException(spec.takesValue());
        }
        spec.check(value);
      }
      values.put(name, value);
    }
    List<String> checked = new ArrayList<>();
    values.forEach((name, value) -> checked.add("--" + name + "=" + value));
    O options;
    try {
      options = BeamOptions.of(type, checked);
    } catch (IllegalArgumentException e) {
      throw new UsageException(explain(e, type, values, checked), e);
    }
    for (OptionSpec spec : specs.values()) {
      if (spec.required() && !values.containsKey(spec.name())) {
        throw new UsageException("--%s is missing: %s".formatted(spec.name(), spec.description()));
      }
    }
    return options;
  }

  private static String explain(
      IllegalArgumentException e,
      Class<? extends PipelineOptions> type,
      Map<String, String> values,
      List<String> options) {
    String message = firstLineOf(e);
    Matcher missing = MISSING.matcher(message);
    if (missing.find()) {
      return UnknownOption.explain(missing.group(1), type, Runners.isFlink(options));
    }
    // Beam names the value and not the option: it is the one that fails alone as well.
    for (Map.Entry<String, String> each : values.entrySet()) {
      try {
        BeamOptions.of(type, List.of("--" + each.getKey() + "=" + each.getValue()));
      } catch (IllegalArgumentException alone) {
        return "--%s does not take '%s': %s"
            .formatted(each.getKey(), each.getValue(), firstLineOf(alone));
      }
    }
    return message;
  }

  private static String firstLineOf(IllegalArgumentException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}

package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.options.Secrets;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.usage.Mistakes;
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
import org.jspecify.annotations.Nullable;

/**
 * Parses the options of one command. Its own options are checked here, those of Beam and its
 * runners by Beam. An option of another command is unknown.
 */
public final class CommandLine {

  private static final Pattern OPTION =
      Pattern.compile("--([A-Za-z][A-Za-z0-9]*)(?:=(.*))?", Pattern.DOTALL);
  private static final Pattern MISSING = Pattern.compile("missing a property named '(\\w+)'");

  /** The launcher's own option. Beam would print its own help and end the JVM with exit code 0. */
  private static final String HELP = "help";

  private CommandLine() {}

  /**
   * Returns the options.
   *
   * @throws UsageException if one is unknown, has an invalid value, is missing or has no effect;
   *     the message has one line per mistake
   */
  public static <O extends PipelineOptions> O parse(Class<O> type, List<String> args) {
    Map<String, OptionSpec> specs =
        OptionSpec.of(type).stream()
            .collect(Collectors.toMap(OptionSpec::name, Function.identity()));
    Mistakes mistakes = new Mistakes();
    Map<String, String> values = new LinkedHashMap<>();
    for (String arg : args) {
      mistakes.attempt(() -> read(arg, specs, values));
    }
    boolean isFlink = Runners.isFlink(args);
    checkRunners(specs, values, isFlink, mistakes);
    checkNeeds(specs, values, mistakes);
    O options = parsed(type, values, isFlink, mistakes);
    for (OptionSpec spec : specs.values()) {
      if (spec.required() && !values.containsKey(spec.name())) {
        mistakes.add("--%s is missing: %s".formatted(spec.name(), spec.description()));
      }
    }
    mistakes.throwIfAny();
    return options;
  }

  private static void read(String arg, Map<String, OptionSpec> specs, Map<String, String> values) {
    Matcher option = OPTION.matcher(arg);
    if (!option.matches()) {
      throw new UsageException(
          "an option must look like --name=value, got '" + Secrets.shown(arg) + "'");
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
    if (spec == null) {
      values.put(name, value);
      return;
    }
    if (option.group(2) == null && spec.type() != boolean.class) {
      throw new UsageException(spec.takesValue());
    }
    values.put(name, spec.usual()); // so that the other options can be checked
    spec.check(value);
    values.put(name, value);
  }

  /** Refuses options of the other runner, which this one would ignore. */
  private static void checkRunners(
      Map<String, OptionSpec> specs,
      Map<String, String> values,
      boolean isFlink,
      Mistakes mistakes) {
    for (String name : List.copyOf(values.keySet())) {
      if (!specs.containsKey(name) && UnknownOption.isOfOtherRunner(name, isFlink)) {
        mistakes.add(UnknownOption.ofOtherRunner(name, isFlink));
        values.remove(name);
      }
    }
    String readers = values.get("targetParallelism");
    if (readers != null && !readers.matches("0*[1-9]\\d{0,5}")) {
      mistakes.add("--targetParallelism takes a number from 1, got '%s'".formatted(readers));
      values.remove("targetParallelism");
    }
  }

  /** Refuses options that have no effect without another one. */
  private static void checkNeeds(
      Map<String, OptionSpec> specs, Map<String, String> values, Mistakes mistakes) {
    for (String name : values.keySet()) {
      OptionSpec spec = specs.get(name);
      if (spec == null || spec.needs().isEmpty()) {
        continue;
      }
      // Under Maven, a server without a URL is embedded.
      boolean isEmbedded = spec.needs().endsWith("Url") && Runners.inMaven();
      String needed = values.getOrDefault(spec.needs(), "none");
      if (!isEmbedded && (needed.equals("none") || needed.equals("false"))) {
        mistakes.add(
            "--%s has no effect without --%s: add that, or remove this option"
                .formatted(name, spec.needs()));
      }
    }
  }

  /** Returns the options that Beam creates from the values, without those that it refuses. */
  private static <O extends PipelineOptions> O parsed(
      Class<O> type, Map<String, String> values, boolean isFlink, Mistakes mistakes) {
    Map<String, String> accepted = new LinkedHashMap<>(values);
    while (true) {
      List<String> checked = new ArrayList<>();
      accepted.forEach((name, value) -> checked.add("--" + name + "=" + value));
      try {
        return BeamOptions.of(type, checked);
      } catch (IllegalArgumentException e) {
        String message = firstLineOf(e);
        Matcher missing = MISSING.matcher(message);
        boolean isUnknown = missing.find();
        String culprit = isUnknown ? missing.group(1) : failingAlone(type, accepted);
        if (culprit == null || !accepted.containsKey(culprit)) {
          throw new UsageException(message, e);
        }
        String value = accepted.remove(culprit);
        mistakes.add(
            isUnknown
                ? UnknownOption.explain(culprit, type, isFlink)
                : "--%s does not take '%s': %s".formatted(culprit, value, message));
      }
    }
  }

  /**
   * Finds the option of a refused value. Beam names only the value, so each option is tried alone.
   */
  private static @Nullable String failingAlone(
      Class<? extends PipelineOptions> type, Map<String, String> values) {
    for (Map.Entry<String, String> each : values.entrySet()) {
      try {
        BeamOptions.of(type, List.of("--" + each.getKey() + "=" + each.getValue()));
      } catch (IllegalArgumentException alone) {
        return each.getKey();
      }
    }
    return null;
  }

  private static String firstLineOf(IllegalArgumentException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}

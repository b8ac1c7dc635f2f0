package dev.diagonal.pipelines.command;

import dev.diagonal.internal.rows.NearestName;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.options.ExperimentalOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.StreamingOptions;

/** Explains an option that neither the command nor its runner has. */
final class UnknownOption {

  /** Options that users expect but that have another name here, with the reason. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "jdbcPassword",
          "other users can read a command line; use --jdbcPasswordFile or set"
              + " DIAGONAL_JDBC_PASSWORD",
          "elasticsearchPassword",
          "other users can read a command line; use --elasticsearchPasswordFile or set"
              + " DIAGONAL_ELASTICSEARCH_PASSWORD",
          "elasticsearchApiKey",
          "other users can read a command line; use --elasticsearchApiKeyFile or set"
              + " DIAGONAL_ELASTICSEARCH_API_KEY");

  private static final Map<String, String> ON_DIRECT =
      Map.of("parallelism", "--targetParallelism", "flinkMaster", "--runner=FlinkRunner");

  private static final Map<String, String> ON_FLINK = Map.of("targetParallelism", "--parallelism");

  private UnknownOption() {}

  /** Returns one line: which option is unknown, and which one is probably meant or must be used. */
  static String explain(String name, Class<?> command, boolean isFlink) {
    String unknown = "unknown option --" + name;
    if (ELSEWHERE.containsKey(name)) {
      return unknown + ": " + ELSEWHERE.get(name);
    }
    if (isOfOtherRunner(name, isFlink)) {
      return ofOtherRunner(name, isFlink);
    }
    Set<String> known = ofRunner(isFlink);
    known.addAll(ofRunner(!isFlink));
    known.addAll(OptionSpec.of(command).stream().map(OptionSpec::name).toList());
    return unknown
        + NearestName.nearest(name, known).map("; did you mean --%s?"::formatted).orElse("");
  }

  /** Returns whether only the other runner has an option of this name. */
  static boolean isOfOtherRunner(String name, boolean isFlink) {
    return !ofRunner(isFlink).contains(name) && ofRunner(!isFlink).contains(name);
  }

  private static Set<String> ofRunner(boolean isFlink) {
    Set<String> names = names(isFlink ? FlinkPipelineOptions.class : DirectOptions.class);
    names.addAll(names(StreamingOptions.class));
    names.addAll(names(ExperimentalOptions.class));
    return names;
  }

  /** Returns one line: whose option it is, and the equivalent one of this runner. */
  static String ofOtherRunner(String name, boolean isFlink) {
    String instead = (isFlink ? ON_FLINK : ON_DIRECT).get(name);
    return "--%s is an option of the %s, but this run uses the %s%s"
        .formatted(
            name,
            isFlink ? "DirectRunner" : "FlinkRunner",
            isFlink ? "FlinkRunner" : "DirectRunner",
            instead == null ? "" : "; use " + instead);
  }

  private static Set<String> names(Class<? extends PipelineOptions> options) {
    return Stream.concat(
            Arrays.stream(options.getMethods()), Arrays.stream(PipelineOptions.class.getMethods()))
        .map(Method::getName)
        .filter(getter -> getter.matches("(get|is)[A-Z].*"))
        .map(getter -> getter.replaceFirst("^(get|is)", ""))
        .map(name -> name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}

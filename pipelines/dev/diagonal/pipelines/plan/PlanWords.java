package dev.diagonal.pipelines.plan;

import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rewrites messages for the reader of a plan: where they name an option of the command line, a plan
 * has a key. {@code --commitRows=500} becomes {@code commitRows: 500}, and {@code --resume} becomes
 * {@code resume: true}.
 */
public final class PlanWords {

  /** Options that the command line takes beside a plan, so that they are named as they are. */
  static final Set<String> OF_COMMAND_LINE =
      Set.of(
          "attachedMode",
          "check",
          "dryRun",
          "enforceEncodability",
          "enforceImmutability",
          "fasterCopy",
          "flinkConfDir",
          "flinkMaster",
          "fromTask",
          "help",
          "jobName",
          "logFile",
          "maxParallelTasks",
          "name",
          "objectReuse",
          "option",
          "parallelism",
          "plan",
          "quiet",
          "report",
          "runner",
          "summary",
          "targetParallelism",
          "verbose",
          "version");

  /** Options of a transfer that a plan cannot set. Tasks of other commands have them. */
  static final Set<String> WITHOUT_KEY =
      Set.of(
          "elasticsearchBearerTokenFile",
          "elasticsearchCaFile",
          "indexes",
          "inputJdbc",
          "limit",
          "streaming");

  /**
   * Options of a transfer whose keys have other names; all other keys have the names of their
   * options.
   */
  static final Map<String, String> RENAMED =
      Map.ofEntries(
          Map.entry("csvStyle", "style"),
          Map.entry("outputDelimiter", "delimiter"),
          Map.entry("outputHeader", "header"),
          Map.entry("outputQuote", "quote"),
          Map.entry("inputJdbcUrl", "jdbcUrl"),
          Map.entry("jdbcUser", "user"),
          Map.entry("jdbcPasswordFile", "passwordFile"),
          Map.entry("elasticsearchUser", "user"),
          Map.entry("elasticsearchPasswordFile", "passwordFile"),
          Map.entry("elasticsearchApiKeyFile", "apiKeyFile"));

  /** Options that are set by their names alone. */
  private static final Set<String> FLAGS = Set.of("resume", "verify");

  private static final Pattern OPTION =
      Pattern.compile(
          "(?<![\\w-])--(?:(from|to)=([a-z]+):[A-Z.*…]*"
              + "|([a-z]\\w+)(?:=([^\\s,;:()]+(?::[^\\s,;()]+(?:\\([0-9,]+\\))?)?|[,;:|]))?)");

  private PlanWords() {}

  /**
   * Returns a message about a transfer or a connection that names keys of a plan. One that explains
   * plans itself is unchanged.
   */
  public static String of(String message) {
    return of(message, true);
  }

  /** Returns a message about a task of another command, whose keys are the names of its options. */
  public static String ofCommand(String message) {
    return of(message, false);
  }

  private static String of(String message, boolean transfer) {
    return message.contains("in a plan")
        ? message
        : OPTION
            .matcher(message)
            .replaceAll(found -> Matcher.quoteReplacement(key(found, transfer)));
  }

  private static String key(MatchResult found, boolean transfer) {
    if (found.group(1) != null) {
      return "%s: {%s: …}".formatted(found.group(1), found.group(2));
    }
    String option = found.group(3);
    String value = found.group(4);
    if (OF_COMMAND_LINE.contains(option) || (transfer && WITHOUT_KEY.contains(option))) {
      return found.group();
    }
    String key = transfer ? RENAMED.getOrDefault(option, option) : option;
    if (value == null) {
      return FLAGS.contains(option) ? key + ": true" : "'" + key + "'";
    }
    int colon = value.indexOf(':');
    return option.equals("types") && colon > 0
        ? "types: {%s: %s}".formatted(value.substring(0, colon), value.substring(colon + 1))
        : key + ": " + value;
  }
}

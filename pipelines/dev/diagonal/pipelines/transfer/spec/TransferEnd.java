package dev.diagonal.pipelines.transfer.spec;

import static java.util.stream.Collectors.joining;

import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.options.Secrets;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.List;
import java.util.Locale;

/** A kind and a place, such as {@code csv:ratings.csv}. */
public record TransferEnd(String kind, String place) {

  public static TransferEnd of(String option, String text, List<String> kinds) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    if (colon < 0 || !kinds.contains(kind)) {
      throw new UsageException(
          "--%s takes %s, got '%s'%s"
              .formatted(
                  option,
                  kinds.stream().map(each -> each + ":…").collect(joining(", ")),
                  Secrets.shown(text),
                  meant(text)));
    }
    String place = text.substring(colon + 1);
    if (JobFiles.KINDS.contains(kind) && place.isBlank()) {
      throw new UsageException(
          "--%s=%s: needs a file, a directory or a pattern after the colon"
              .formatted(option, kind));
    }
    return new TransferEnd(kind, place);
  }

  /** Returns a hint for a file name or a URL without a kind. */
  private static String meant(String text) {
    String name = text.toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|bz2|zst)$", "");
    if (name.matches("(?s)(jdbc:)?postgres(ql)?:.*")) {
      return "; did you mean jdbc:TABLE with --jdbcUrl?";
    }
    String kind =
        name.matches("(?s).*\\.(jsonl|ndjson|json)")
            ? "jsonl"
            : name.endsWith(".parquet")
                ? "parquet"
                : name.matches("(?s).*\\.(csv|tsv|txt)") ? "csv" : "";
    return kind.isEmpty() ? "" : "; did you mean " + kind + ":" + text + "?";
  }
}

package dev.diagonal.internal.fault;

import static java.util.stream.Collectors.joining;

import dev.diagonal.fault.DeadLetter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts dead letters by reason, ignoring values and places, and keeps the first three. Not
 * thread-safe.
 */
public final class DeadLetterCounts {

  private static final int SHOWN_LETTERS = 3;
  private static final int SHOWN_REASONS = 5;
  private static final int MOST_REASONS = 1_000;
  private static final String OTHERS = "other reasons";

  private static final Pattern PLACE = Pattern.compile("^line \\d+, ");
  private static final Pattern QUOTED = Pattern.compile("(column |key )?'[^']*'");
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  /** Samples are kept of this many reasons, which bounds the memory they take. */
  private static final int SAMPLED_REASONS = 50;

  private final Map<String, Long> reasons = new LinkedHashMap<>();
  private final Map<String, List<DeadLetter>> samples = new HashMap<>();
  private final List<DeadLetter> first = new ArrayList<>();

  /** Counts these dead letters. */
  public static DeadLetterCounts of(Iterable<DeadLetter> letters) {
    DeadLetterCounts counts = new DeadLetterCounts();
    letters.forEach(counts::add);
    return counts;
  }

  /** Counts one dead letter. */
  public void add(DeadLetter letter) {
    if (first.size() < SHOWN_LETTERS) {
      first.add(letter);
    }
    String reason = kindOf(letter.reason());
    boolean full = reasons.size() == MOST_REASONS && !reasons.containsKey(reason);
    String counted = full ? OTHERS : reason;
    reasons.merge(counted, 1L, Long::sum);
    if (samples.size() < SAMPLED_REASONS || samples.containsKey(counted)) {
      List<DeadLetter> known = samples.computeIfAbsent(counted, name -> new ArrayList<>());
      if (known.size() < SHOWN_LETTERS) {
        known.add(letter);
      }
    }
  }

  /**
   * Dead letters of one reason.
   *
   * @param reason without the place and the value that it names
   * @param count how many there are
   * @param samples the first three; none of rare reasons if there are many reasons
   */
  public record Reason(String reason, long count, List<DeadLetter> samples) {
    public Reason {
      samples = List.copyOf(samples);
    }
  }

  /** Returns the reasons, most frequent first. */
  public List<Reason> byReason() {
    return reasons.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .map(
            each ->
                new Reason(
                    each.getKey(), each.getValue(), samples.getOrDefault(each.getKey(), List.of())))
        .toList();
  }

  /** Returns a reason without its place and value. */
  static String kindOf(String reason) {
    String kind = PLACE.matcher(reason).replaceFirst("");
    kind =
        QUOTED
            .matcher(kind)
            .replaceAll(each -> each.group(1) == null ? "'…'" : quoted(each.group()));
    return NUMBER.matcher(kind).replaceAll("N");
  }

  /** Keeps the name of a column. */
  private static String quoted(String name) {
    return Matcher.quoteReplacement(name);
  }

  /**
   * Returns the counts by reason, most frequent first, and the first three dead letters, on one
   * line.
   */
  public String describe() {
    String counts =
        reasons.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(SHOWN_REASONS)
            .map(each -> each.getValue() + " × " + each.getKey())
            .collect(joining(", "));
    String more =
        reasons.size() > SHOWN_REASONS
            ? " and " + (reasons.size() - SHOWN_REASONS) + " more reasons"
            : "";
    return counts
        + more
        + "; for example "
        + first.stream().map(DeadLetter::describe).collect(joining("; "));
  }
}

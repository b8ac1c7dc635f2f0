package dev.diagonal.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The runs of this and earlier calls, in a CSV file that is written anew after each of them: parts
 * that are measured one by one add up to the whole.
 */
final class ScaleResults {

  private final Path file;
  private final List<ScaleRun> runs = new ArrayList<>();
  private final Set<ScaleRun.Key> measuredNow = new HashSet<>();

  private ScaleResults(Path file) {
    this.file = file;
  }

  static ScaleResults in(Path file) throws IOException {
    ScaleResults results = new ScaleResults(file);
    if (Files.exists(file)) {
      Files.readAllLines(file).stream().skip(1).map(ScaleRun::parse).forEach(results.runs::add);
    }
    return results;
  }

  /** Adds a run: beside others of this call, in place of those of earlier ones. */
  void add(ScaleRun run) throws IOException {
    if (measuredNow.add(run.key())) {
      runs.removeIf(old -> old.key().equals(run.key()));
    }
    // A unit of another size is another measurement.
    runs.removeIf(old -> old.command().equals(run.command()) && old.unit() != run.unit());
    runs.add(run);
    runs.sort(
        Comparator.comparing(ScaleRun::command)
            .thenComparing(ScaleRun::workers)
            .thenComparing(ScaleRun::times));
    List<String> lines = new ArrayList<>(List.of(ScaleRun.HEADER));
    runs.forEach(each -> lines.add(each.toLine()));
    ResultPages.write(file, String.join("\n", lines) + "\n");
  }

  Set<String> commands() {
    Set<String> commands = new LinkedHashSet<>();
    runs.forEach(run -> commands.add(run.command()));
    return commands;
  }

  /** Returns one run of each size and number of workers: that with the median of the seconds. */
  List<ScaleRun> of(String command) {
    Set<ScaleRun.Key> keys = new LinkedHashSet<>();
    runs.stream().filter(run -> run.command().equals(command)).forEach(run -> keys.add(run.key()));
    return keys.stream().map(this::median).toList();
  }

  Optional<ScaleRun> of(String command, int times, int workers) {
    ScaleRun.Key key = new ScaleRun.Key(command, times, workers);
    return runs.stream().anyMatch(run -> run.key().equals(key))
        ? Optional.of(median(key))
        : Optional.empty();
  }

  private ScaleRun median(ScaleRun.Key key) {
    List<ScaleRun> same =
        runs.stream()
            .filter(run -> run.key().equals(key))
            .sorted(Comparator.comparingDouble(ScaleRun::seconds))
            .toList();
    return same.get(same.size() / 2);
  }
}

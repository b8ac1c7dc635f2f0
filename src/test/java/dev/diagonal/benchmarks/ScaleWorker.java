package dev.diagonal.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures of a worker's process from the kernel and the collector's log; Linux only.
 *
 * @param pid of its process
 * @param collectorLog written with {@code -Xlog:gc}
 */
record ScaleWorker(long pid, Path collectorLog) {

  /** As in {@code GC(7) Pause Young (Allocation Failure) 123M->45M(396M) 3.210ms}. */
  private static final Pattern COLLECTED = Pattern.compile("[0-9]+M->([0-9]+)M\\([0-9]+M\\)");

  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+([0-9]+) kB");

  /** The state of a worker before a job. */
  record Before(double cpuSeconds, long logBytes) {}

  /** What a worker took for a job. */
  record Taken(double cpuSeconds, long residentMegabytes, long heapMegabytes) {}

  /** Takes note, and lets the kernel forget the peak of its memory. */
  Before before() throws IOException {
    Files.writeString(Path.of("/proc/" + pid + "/clear_refs"), "5");
    return new Before(CpuSeconds.ofProcess(pid), log().length());
  }

  Taken since(Before before) throws IOException {
    Matcher peak = PEAK.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
    if (!peak.find()) {
      throw new IllegalStateException("no VmHWM of process " + pid);
    }
    String log = log();
    long heap =
        COLLECTED
            .matcher(log.substring((int) Math.min(before.logBytes(), log.length())))
            .results()
            .mapToLong(match -> Long.parseLong(match.group(1)))
            .max()
            .orElse(0);
    return new Taken(
        CpuSeconds.ofProcess(pid) - before.cpuSeconds(),
        Long.parseLong(peak.group(1)) * 1024 / 1_000_000, // in KiB
        heap);
  }

  private String log() throws IOException {
    try {
      return Files.readString(collectorLog, StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return "";
    }
  }
}

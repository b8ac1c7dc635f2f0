package dev.diagonal.pipelines.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.internal.metrics.GridPlace;
import dev.diagonal.internal.metrics.HotIds;
import dev.diagonal.internal.metrics.RunRecorder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the report says of ids whose rows are an estimate. */
final class BatchSectionsTest {

  private static final int SAMPLED_ONE_IN = 16;

  @Test
  void leavesOutIdsThatChanceMadeHot() {
    assertThat(page(100, 63))
        .contains(
            "up to 12 %. Of a large load, one row in 16 is counted. Ids with fewer than 1,024")
        .contains(">hub<", ">1,600<")
        .doesNotContain(">rare<");
  }

  @Test
  void saysThatNoIdIsHot() {
    assertThat(page(63, 40))
        .contains("The ids with the most rows")
        .contains("No id has 1,024 rows or more, by an estimate. Of a large load, one row in 16")
        .doesNotContain(">hub<", ">rare<");
  }

  /** Returns the sections about a load in whose sample two sources have so many rows. */
  private static String page(int hubRows, int rareRows) {
    HotIds sources = new HotIds();
    for (int row = 0; row < hubRows; row++) {
      sources.add("hub", SAMPLED_ONE_IN);
    }
    for (int row = 0; row < rareRows; row++) {
      sources.add("rare", SAMPLED_ONE_IN);
    }
    Markup page = new Markup();
    try (RunRecorder recorder = RunRecorder.start()) {
      RunRecorder.open(() -> "edges", () -> new GridPlace(0, 1, 0, 9, true, 2), 0)
          .close(1_000, 1, false);
      RunRecorder.ends("edges", sources, new HotIds());
      new BatchSections(page, run(recorder)).add();
    }
    return page.toString();
  }

  private static RunFacts run(RunRecorder recorder) {
    return new RunFacts(
        "load-edges",
        "",
        List.of(),
        List.of(),
        List.of(),
        new ObjectMapper().createObjectNode().put("state", "DONE").put("seconds", 10),
        List.of(),
        List.copyOf(recorder.totals().values()),
        recorder.batches(),
        1,
        Map.of(),
        Map.of(),
        List.of(),
        2,
        1L << 30,
        List.of());
  }
}

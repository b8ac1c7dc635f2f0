package dev.diagonal.internal.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.metrics.HotIds.HotId;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class HotIdsTest {

  @Test
  void countsTheHottestOfManyIds() {
    HotIds ids = new HotIds();
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 200_000; i++) {
      ids.add(i % 10 == 0 ? 7L : 1_000 + random.nextLong(1_000_000));
      ids.add(i % 40 == 0 ? 8L : 1_000 + random.nextLong(1_000_000));
    }
    assertThat(ids.hottest(2)).containsExactly(new HotId(7L, 20_000), new HotId(8L, 5_000));
  }

  @Test
  void keepsQuarterOfEquallyRareIds() {
    HotIds many = new HotIds(30_000);
    for (int row = 0; row < 3; row++) {
      for (long id = 0; id <= 20_000; id++) {
        many.add(id);
      }
    }
    many.add(20_001L);
    for (int row = 0; row < 4; row++) {
      many.add(7L);
    }
    HotIds ids = new HotIds();
    ids.addAll(many);
    assertThat(ids.hottest(1)).containsExactly(new HotId(7L, 7));
    assertThat(ids.withRows(1)).hasSize(5_000);
    assertThat(ids.withRows(3)).hasSize(5_000);
  }

  @Test
  void addsRowsToKnownIdsOnly() {
    HotIds ids = new HotIds();
    ids.add("a");
    ids.addToKnown("a");
    ids.addToKnown("b");
    assertThat(ids.hottest(2)).containsExactly(new HotId("a", 2));
  }

  @Test
  void ordersEqualCountsByTheirText() {
    HotIds ids = new HotIds();
    ids.add("b");
    ids.add("a");
    HotIds more = new HotIds();
    more.addAll(ids);
    assertThat(more.hottest(5)).containsExactly(new HotId("a", 1), new HotId("b", 1));
  }

  @Test
  void leavesOutEstimatesFromFewRows() {
    HotIds ids = new HotIds();
    for (int row = 0; row < 64; row++) {
      ids.add("hot", 16);
      ids.add(row < 63 ? "rare" : "first", 16);
    }
    HotIds all = new HotIds();
    all.add("first");
    assertThat(all.hottest(5)).containsExactly(new HotId("first", 1));
    assertThat(all.fewestRows()).isEqualTo(1);
    all.addAll(ids);
    assertThat(all.fewestRows()).isEqualTo(1_024);
    assertThat(all.hottest(5)).containsExactly(new HotId("hot", 1_024));
  }
}

package dev.diagonal.internal.jdbc.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StableSortTest {

  @Property(tries = 300)
  void ordersAsJavasStableSortDoes(
      @ForAll @Size(max = 500) List<@IntRange(max = 50) Integer> values) {
    int[] order = StableSort.order(values.size(), (i, j) -> values.get(i) - values.get(j));
    List<Integer> expected =
        IntStream.range(0, values.size())
            .boxed()
            .sorted(Comparator.comparing(values::get))
            .toList();
    assertThat(order).containsExactly(expected.stream().mapToInt(i -> i).toArray());
  }

  @Test
  void keyHasOnePlaceAndSendsLastRow() {
    int[] keys = {5, 3, 5, 1, 3, 5};
    KeyOrder order = KeyOrder.folded(keys.length, (i, j) -> keys[i] - keys[j]);
    assertThat(order.places()).isEqualTo(3);
    assertThat(order.sent()).containsExactly(3, 4, 5);
    assertThat(order.rowsOf(2)).containsExactly(0, 2, 5);
    assertThat(KeyOrder.ofAll(keys.length, (i, j) -> keys[i] - keys[j]).sent())
        .containsExactly(3, 1, 4, 0, 2, 5);
    assertThat(KeyOrder.folded(0, (i, j) -> 0).places()).isZero();
  }
}

package dev.diagonal.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulator finds each of the conditions that are broken on purpose. */
class MutantsTest {

  private static final int SCHEDULES = 20_000;
  private static final int ONE_IN = 5;

  static List<Mutant> all() {
    return Stream.of(LoadMutants.all(), JobMutants.all(), FoldMutants.all())
        .flatMap(List::stream)
        .toList();
  }

  static Stream<Mutant> some() {
    List<Mutant> all = all();
    return Stream.iterate(0, i -> i < all.size(), i -> i + ONE_IN).map(all::get);
  }

  @ParameterizedTest
  @MethodSource("all")
  void sourcesHaveWhatMutantsBreak(Mutant mutant) throws Exception {
    assertThat(mutant.patched()).contains(mutant.replacement());
  }

  @ParameterizedTest
  @MethodSource("some")
  void someMutantsAreCaught(Mutant mutant) throws Exception {
    assertThat(mutant.firstFailure(1, SCHEDULES)).isNotNull();
  }

  @Tag("large")
  @ParameterizedTest
  @MethodSource("all")
  void allMutantsAreCaught(Mutant mutant) throws Exception {
    String failure = mutant.firstFailure(1, SCHEDULES);
    assertThat(failure).as(mutant.name()).isNotNull();
    System.out.println(mutant.name() + ": " + failure);
  }
}

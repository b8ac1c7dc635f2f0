package dev.diagonal.internal.edges;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.internal.edges.Edge.IdKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.beam.sdk.testing.CoderProperties;
import org.apache.beam.sdk.util.CoderUtils;

class EdgeTest {

  @Property(seed = "1", tries = 500)
  void theCoderGivesBackWhatItTook(@ForAll("edges") Edge edge) throws Exception {
    CoderProperties.coderDecodeEncodeEqual(Edge.coder(), edge);
  }

  @Property(seed = "2", tries = 200)
  void theCoderIsConsistentWithEquals(@ForAll("edges") Edge one, @ForAll("edges") Edge other)
      throws Exception {
    CoderProperties.coderConsistentWithEquals(Edge.coder(), one, other);
  }

  @Example
  void anEdgeOfNumbersTakesFewBytes() throws Exception {
    Edge edge = Edge.of(new UUID(-1, 1_000_000), 5L, -60L, List.of());
    assertThat(CoderUtils.encodeToByteArray(Edge.coder(), edge)).hasSize(1 + 8 + 3 + 1 + 1 + 1 + 1);
  }

  @Example
  void givesBackWhatItWasMadeOf() {
    UUID place = new UUID(7, 8);
    List<String> columns = new ArrayList<>(Arrays.asList("a", null, ""));
    Edge numbers = Edge.of(place, 1L, 2L, columns);
    assertThat(numbers.id()).isEqualTo(place);
    assertThat(numbers.source()).isEqualTo(1L);
    assertThat(numbers.target()).isEqualTo(2L);
    assertThat(numbers.sourceNumber()).isEqualTo(1L);
    assertThat(numbers.targetNumber()).isEqualTo(2L);
    assertThat(numbers.columns()).containsExactly("a", null, "");
    Edge texts = Edge.of("k", "x", "y", columns);
    assertThat(texts.idKind()).isEqualTo(IdKind.TEXT);
    assertThat(texts.isNamed()).isTrue();
    assertThat(texts.id()).isEqualTo("k");
    assertThat(texts.source()).isEqualTo("x");
    assertThat(texts.target()).isEqualTo("y");
    assertThat(texts.columns()).containsExactly("a", null, "");
    assertThat(texts).hasToString("Edge[k: x -> y, [a, null, ]]");
  }

  @Example
  void bothEndsAreOfOneKind() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Edge.of(1L, 1L, "2", List.of()))
        .withMessage("source and target must be two longs or two strings, got 1 and 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Edge.of(1, 1L, 2L, List.of()))
        .withMessage("id must be a UUID, a long or a string, got 1");
  }

  @Provide
  Arbitrary<Edge> edges() {
    Arbitrary<Object> ids =
        Arbitraries.oneOf(
            Arbitraries.longs().asGeneric(),
            Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new).asGeneric(),
            Arbitraries.strings().asGeneric());
    Arbitrary<List<String>> columns = Arbitraries.strings().injectNull(0.3).list().ofMaxSize(3);
    Arbitrary<Edge> numbers =
        Combinators.combine(ids, Arbitraries.longs(), Arbitraries.longs(), columns).as(Edge::of);
    Arbitrary<Edge> texts =
        Combinators.combine(ids, Arbitraries.strings(), Arbitraries.strings(), columns)
            .as(Edge::of);
    return Arbitraries.oneOf(numbers, texts);
  }
}

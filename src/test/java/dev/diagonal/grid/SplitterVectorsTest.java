package dev.diagonal.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.diagonal.conflictfree.DiagonalBatch;
import dev.diagonal.conflictfree.SplitDiagonally;
import dev.diagonal.testing.Runner;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestPipeline;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a peer's splitter was given, given to ours. */
final class SplitterVectorsTest {

  /** A row of the vectors: its number, and the slots of its two ends. */
  record Input(String name, int tableSize, int batchSize, boolean monopartite, List<int[]> rows)
      implements Serializable {
    @Override
    public String toString() {
      return name;
    }
  }

  private static JsonNode vectors() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            SplitterVectorsTest.class.getResourceAsStream("/splitter-vectors.json"))) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static Stream<Input> inputs(boolean refused) throws IOException {
    List<Input> inputs = new ArrayList<>();
    for (JsonNode node : vectors().path("inputs")) {
      if (node.path("refused").asBoolean() == refused) {
        List<int[]> rows = new ArrayList<>();
        for (JsonNode row : node.path("rows")) {
          rows.add(new int[] {row.get(0).asInt(), row.get(1).asInt(), row.get(2).asInt()});
        }
        inputs.add(
            new Input(
                node.path("name").asText(),
                node.path("tableSize").asInt(),
                node.path("batchSize").asInt(),
                node.path("monopartite").asBoolean(),
                rows));
      }
    }
    return inputs.stream();
  }

  static Stream<Input> good() throws IOException {
    return inputs(false);
  }

  static Stream<Input> refused() throws IOException {
    return inputs(true);
  }

  @ParameterizedTest
  @MethodSource("good")
  void losesNothingAndBatchesStayPureAndSmall(Input input) {
    TestPipeline pipeline = Runner.DIRECT.pipeline();
    Map<Integer, int[]> rows = new TreeMap<>();
    input.rows().forEach(row -> rows.put(row[0], row));
    Grid<KV<Integer, KV<Integer, Integer>>> grid = grid(input);
    Schedule schedule = grid.schedule();
    PAssert.that(
            pipeline
                .apply(Create.of(elements(input)).withCoder(CODER))
                .apply(SplitDiagonally.by(grid).withBatchSize(input.batchSize())))
        .satisfies(
            batches -> {
              Set<Integer> seen = new HashSet<>();
              Map<Integer, Map<Integer, Cell>> slotsOfWaves = new TreeMap<>();
              for (DiagonalBatch<KV<Integer, KV<Integer, Integer>>> batch : batches) {
                assertThat(batch.rows().size()).isBetween(1, input.batchSize());
                int cell = schedule.indexOf(batch.cell().row(), batch.cell().column());
                assertThat(batch.wave()).isEqualTo(schedule.waveOf(cell));
                Map<Integer, Cell> slots =
                    slotsOfWaves.computeIfAbsent(batch.wave(), w -> new TreeMap<>());
                for (int slot : new int[] {schedule.rowSlotOf(cell), schedule.columnSlotOf(cell)}) {
                  Cell other = slots.putIfAbsent(slot, batch.cell());
                  assertThat(other == null ? batch.cell() : other).isEqualTo(batch.cell());
                }
                for (KV<Integer, KV<Integer, Integer>> row : batch.rows().records()) {
                  assertThat(grid.cellOf(row)).isEqualTo(cell);
                  assertThat(seen.add(row.getKey())).isTrue();
                }
              }
              assertThat(seen).isEqualTo(rows.keySet());
              return null;
            });
    pipeline.run().waitUntilFinish();
  }

  @ParameterizedTest
  @MethodSource("refused")
  void slotsOutOfRangeAreRefused(Input input) {
    Grid<KV<Integer, KV<Integer, Integer>>> grid = grid(input);
    assertThatExceptionOfType(NotOnGridException.class)
        .isThrownBy(() -> elements(input).forEach(grid::cellOf))
        .withMessageMatching("a slot must be 0 to %s, got -?\\d+".formatted(input.tableSize() - 1));
  }

  private static final KvCoder<Integer, KV<Integer, Integer>> CODER =
      KvCoder.of(VarIntCoder.of(), KvCoder.of(VarIntCoder.of(), VarIntCoder.of()));

  private static List<KV<Integer, KV<Integer, Integer>>> elements(Input input) {
    return input.rows().stream().map(row -> KV.of(row[0], KV.of(row[1], row[2]))).toList();
  }

  private static Grid<KV<Integer, KV<Integer, Integer>>> grid(Input input) {
    Grid.Ends ends =
        input.monopartite()
            ? Grid.monopartite(input.tableSize())
            : Grid.bipartite(input.tableSize());
    return ends.bySlots(
        "vectors", row -> row.getValue().getKey(), row -> row.getValue().getValue());
  }
}

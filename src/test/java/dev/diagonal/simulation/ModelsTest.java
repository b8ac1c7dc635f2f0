package dev.diagonal.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import edu.mit.csail.sdg.alloy4.A4Reporter;
import edu.mit.csail.sdg.ast.Command;
import edu.mit.csail.sdg.ast.Module;
import edu.mit.csail.sdg.parser.CompUtil;
import edu.mit.csail.sdg.translator.A4Options;
import edu.mit.csail.sdg.translator.A4Solution;
import edu.mit.csail.sdg.translator.TranslateAlloyToKodkod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks the Alloy models of the job table and of folded counts: each assertion holds with all
 * guards, within a scope, and has a counterexample without the guard that it needs.
 */
class ModelsTest {

  private static final Path MODELS = Path.of("src/test/resources/models");

  /** An assertion of a model, and the guards it needs. */
  private record Needs(String model, String assertion, List<String> guards) {}

  private static final List<Needs> ALL =
      List.of(
          new Needs("job-table", "CompleteMeansStaged", List.of("Fence", "Staging")),
          new Needs("job-table", "OneOwner", List.of("NewAttempt")),
          new Needs("job-table", "LeaseIsKept", List.of("Lease")),
          new Needs("job-table", "NoneCompletesTwice", List.of("FenceStatus")),
          new Needs("job-table", "PublishedMeansStaged", List.of("OnlyComplete")),
          new Needs("job-table", "AllBecomeComplete", List.of("LeaseEnds")),
          new Needs(
              "fold",
              "CountsAreExact",
              List.of("Conflict", "Together", "Lock", "Atomic", "TakesWhatItSaw")));

  static Stream<Arguments> assertions() {
    return ALL.stream().map(each -> Arguments.of(each.model, each.assertion));
  }

  static Stream<Arguments> guards() {
    return ALL.stream()
        .flatMap(
            each ->
                each.guards.stream().map(guard -> Arguments.of(each.model, each.assertion, guard)));
  }

  @ParameterizedTest
  @MethodSource("assertions")
  void assertionsHoldInASmallScope(String model, String assertion) throws Exception {
    assertThat(counterexample(model, assertion, "Guard", small(model))).isFalse();
  }

  @ParameterizedTest
  @MethodSource("guards")
  void everyGuardIsNeeded(String model, String assertion, String guard) throws Exception {
    assertThat(counterexample(model, assertion, "Guard - " + guard, small(model))).isTrue();
  }

  @Tag("large")
  @ParameterizedTest
  @MethodSource("assertions")
  void assertionsHoldInTheStatedScope(String model, String assertion) throws Exception {
    assertThat(counterexample(model, assertion, "Guard", large(model))).isFalse();
  }

  private static String small(String model) {
    return model.equals("fold") ? "for 2 but 3 Addition, 7 steps" : "for 2 but 3 Attempt, 7 steps";
  }

  private static String large(String model) {
    return model.equals("fold")
        ? "for 3 but 2 Folder, 5 Addition, 12 steps"
        : "for 2 but 3 Worker, 4 Attempt, 11 steps";
  }

  private static boolean counterexample(String model, String assertion, String guards, String scope)
      throws IOException {
    String text =
        Files.readString(MODELS.resolve(model + ".als"))
            + "\nfact { Model.guards = %s }\ncheck %s %s\n".formatted(guards, assertion, scope);
    Module world = CompUtil.parseEverything_fromString(A4Reporter.NOP, text);
    Command command = world.getAllCommands().get(0);
    A4Solution solution =
        TranslateAlloyToKodkod.execute_command(
            A4Reporter.NOP, world.getAllReachableSigs(), command, new A4Options());
    return solution.satisfiable();
  }
}

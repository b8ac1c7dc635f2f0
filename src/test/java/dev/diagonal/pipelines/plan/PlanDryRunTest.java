package dev.diagonal.pipelines.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.plan.PlanNode.Step;
import dev.diagonal.pipelines.usage.UsageException;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class PlanDryRunTest {

  private static final String UNDEFINED_TABLE = "42P01";

  /**
   * A task that finds a line and a fault.
   *
   * @param command whether it is one of a command, not a transfer
   */
  private record Found(String line, Exception fault, boolean command) implements Task {

    @Override
    public List<String> describe() {
      return List.of();
    }

    @Override
    public void dryRun(Findings findings) {
      findings.say(line);
      findings.refuse(fault);
    }

    @Override
    public UnaryOperator<String> words(UnaryOperator<String> ofTransfers) {
      return command ? PlanWords::ofCommand : ofTransfers;
    }

    @Override
    public Counts run() {
      return Counts.NONE;
    }
  }

  @Test
  void findingsUseTheKeysOfTheirTasks() throws Exception {
    String user = "give --jdbcUser";
    PlanNode plan =
        new Group(
            "both",
            false,
            List.of(
                new Step("t", new Found(user, new UsageException(user), false), false),
                new Step("c", new Found(user, new UsageException(user), true), false),
                new Step("d", new Found("", new SQLException(user, UNDEFINED_TABLE), true), false)),
            false,
            null);

    Findings findings = PlanDryRun.of(plan, PlanWords::of);

    assertThat(findings.lines())
        .containsExactly(
            "t",
            "    give 'user'",
            "c",
            "    give 'jdbcUser'",
            "d",
            "    ",
            "    unknown: give 'jdbcUser'; a task before this one may create it");
    assertThat(findings.faults())
        .extracting(each -> each.words().apply(String.valueOf(each.thrown().getMessage())))
        .containsExactly("give 'user'", "give 'jdbcUser'");
  }
}

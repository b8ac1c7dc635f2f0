package dev.diagonal.pipelines.plan;

import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.plan.PlanNode.Step;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Looks at what the tasks of a plan would read, create and write, one after another. */
public final class PlanDryRun {

  /** A table, a schema, a column or a function does not exist. */
  private static final Set<String> MISSING = Set.of("42P01", "3F000", "42703", "42883");

  private final Findings findings = new Findings();
  private final UnaryOperator<String> words;
  private boolean first = true;

  private PlanDryRun(UnaryOperator<String> words) {
    this.words = words;
  }

  /**
   * Looks at all tasks. An object that is missing to a later task may be created by an earlier one,
   * so that is noted, not refused.
   *
   * @param words rewrites what transfers have found: {@link PlanWords#of} if they are those of a
   *     file
   */
  public static Findings of(PlanNode plan, UnaryOperator<String> words) throws Exception {
    PlanDryRun run = new PlanDryRun(words);
    try {
      run.look(plan);
    } finally {
      abandon(plan);
    }
    return run.findings;
  }

  private void look(PlanNode node) throws Exception {
    if (node instanceof Group group) {
      for (PlanNode child : group.children()) {
        look(child);
      }
      return;
    }
    Step step = (Step) node;
    Findings found = new Findings();
    step.task().dryRun(found);
    UnaryOperator<String> ofStep = step.task().words(words);
    findings.say(step.name());
    found.lines().forEach(line -> findings.say("    " + ofStep.apply(line)));
    for (Findings.Fault fault : found.faults()) {
      Throwable thrown = fault.thrown();
      if (!first && isMissing(thrown)) {
        findings.say(
            "    unknown: %s; a task before this one may create it"
                .formatted(ofStep.apply(String.valueOf(thrown.getMessage()))));
      } else {
        findings.refuse(thrown, ofStep);
      }
    }
    first = false;
  }

  private static boolean isMissing(Throwable fault) {
    return fault instanceof SQLException sql && MISSING.contains(String.valueOf(sql.getSQLState()));
  }

  /** Releases what the tasks of groups have shared. */
  private static void abandon(PlanNode node) throws Exception {
    if (node instanceof Group group) {
      for (PlanNode child : group.children()) {
        abandon(child);
      }
      if (group.ending() != null) {
        group.ending().abandon();
      }
    }
  }
}

package dev.diagonal.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives tests the {@link LocalMariaDb} that all tests of this JVM share, or skips them. */
public final class MariaDbExtension extends SharedServerExtension<LocalMariaDb>
    implements ExecutionCondition {

  public MariaDbExtension() {
    super(LocalMariaDb.class, LocalMariaDb::start);
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (LocalMariaDb.isInstalled()) {
      return ConditionEvaluationResult.enabled("MariaDB is installed");
    }
    System.err.println(LocalMariaDb.MISSING);
    return ConditionEvaluationResult.disabled(LocalMariaDb.MISSING);
  }
}

package dev.diagonal.testing;

import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips tests and rows whose names say that they run on Flink. Only Maven's profile {@code
 * beam-next} registers it, since the Flink runner of one Beam does not run with the SDK of another.
 */
public final class WithoutFlink implements ExecutionCondition {

  private static final Pattern FLINK = Pattern.compile("(?i)flink|cluster");

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String name =
        context.getTestClass().map(Class::getSimpleName).orElse("")
            + " "
            + context.getDisplayName();
    return FLINK.matcher(name).find()
        ? ConditionEvaluationResult.disabled("it runs on Flink")
        : ConditionEvaluationResult.enabled("it does not run on Flink");
  }
}

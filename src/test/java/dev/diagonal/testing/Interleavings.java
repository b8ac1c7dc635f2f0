package dev.diagonal.testing;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import kotlin.Unit;
import org.jetbrains.kotlinx.lincheck.strategy.LincheckFailure;
import org.jetbrains.kotlinx.lincheck.strategy.Strategy;
import org.jetbrains.kotlinx.lincheck.strategy.StrategyKt;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.LincheckKt;
import org.jetbrains.lincheck.LincheckSettings;
import org.jetbrains.lincheck.NoExceptionVerifier;
import org.jetbrains.lincheck.datastructures.ManagedCTestConfiguration;
import org.jetbrains.lincheck.datastructures.ModelCheckingCTestConfiguration;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.jvm.agent.LincheckInstrumentation;

/**
 * Runs real threads in many different orders of their steps. Lincheck chooses the order, switches
 * threads at accesses to shared memory and at locks, and finds deadlocks and threads that nobody
 * wakes: it knows which threads wait and for what, so no time limit is needed for these.
 */
public final class Interleavings {

  /**
   * Only a thread that loops or waits where Lincheck does not look takes longer for one order. It
   * is close to {@code test.timeout} in the pom, since a machine with much other work needs more
   * than a minute for the first order, in which Lincheck changes the classes.
   */
  private static final Duration MOST_FOR_ONE_ORDER = Duration.ofMinutes(9);

  private Interleavings() {}

  /** What a thread does. */
  public interface Step {
    void run() throws Exception;
  }

  /** Runs a scenario so many times, each time in another order. */
  public static void explore(int times, Step scenario) {
    check(
        times,
        () -> {
          try {
            scenario.run();
          } catch (RuntimeException | Error fault) {
            throw fault;
          } catch (Exception fault) {
            throw new IllegalStateException(fault);
          }
        });
  }

  /**
   * Does what {@code Lincheck.runConcurrentTest} does, whose limit of 30 seconds for one order
   * cannot be set.
   */
  private static void check(int times, Runnable scenario) {
    LincheckSettings defaults = LincheckSettings.Companion.getDEFAULT();
    ModelCheckingCTestConfiguration configuration =
        new ModelCheckingOptions()
            .analyzeStdLib$lincheck(defaults.getAnalyzeStdLib())
            .loopBound(defaults.getLoopBound())
            .recursionBound(defaults.getRecursionBound())
            .loopIterationsBeforeThreadSwitch(defaults.getLoopIterationsBeforeThreadSwitch())
            .invocationTimeout$lincheck(MOST_FOR_ONE_ORDER.toMillis())
            .createTestConfigurations(scenario.getClass());
    LincheckKt.withLincheckTestContext(
        configuration.getInstrumentationMode$lincheck(),
        () -> {
          LincheckInstrumentation.INSTANCE.ensureObjectIsTransformed(scenario);
          try (Strategy strategy = strategyOf(configuration, scenario)) {
            LincheckFailure failure =
                StrategyKt.runIteration(strategy, times, new NoExceptionVerifier());
            if (failure != null) {
              throw new LincheckAssertionError(failure);
            }
          }
          return Unit.INSTANCE;
        });
  }

  /** Calls what Java cannot: its classes implement some that are in the agent alone. */
  private static Strategy strategyOf(
      ModelCheckingCTestConfiguration configuration, Runnable scenario) {
    try {
      Method create =
          Lincheck.class.getDeclaredMethod(
              "createStrategy", ManagedCTestConfiguration.class, Runnable.class);
      create.setAccessible(true);
      return (Strategy) create.invoke(Lincheck.INSTANCE, configuration, scenario);
    } catch (ReflectiveOperationException changed) {
      throw new LinkageError("not the Lincheck that this was written for", changed);
    }
  }

  /** Fails the scenario unless the condition holds. */
  public static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }

  /** Runs these in threads of their own, and returns when all have ended. */
  public static void together(Step... steps) throws InterruptedException {
    AtomicReference<Throwable> fault = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (Step step : steps) {
      threads.add(
          new Thread(
              () -> {
                try {
                  step.run();
                } catch (Throwable thrown) {
                  fault.compareAndSet(null, thrown);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (fault.get() != null) {
      throw new AssertionError(fault.get());
    }
  }
}

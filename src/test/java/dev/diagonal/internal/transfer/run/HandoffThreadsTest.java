package dev.diagonal.internal.transfer.run;

import static dev.diagonal.testing.Interleavings.explore;
import static dev.diagonal.testing.Interleavings.require;
import static dev.diagonal.testing.Interleavings.together;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The buffer between two stages under real threads, in the orders that Lincheck chooses. */
class HandoffThreadsTest {

  private static final int FEW = 40;
  private static final int MANY = 3_000;

  @Test
  void passesAllInOrderAndWakesEveryThread() {
    explore(FEW, HandoffThreadsTest::oneGivesAndOneTakes);
    explore(FEW, HandoffThreadsTest::breaksOff);
  }

  @Tag("large")
  @Test
  void allIsPassedInManyOrders() {
    explore(MANY, HandoffThreadsTest::oneGivesAndOneTakes);
    explore(MANY, HandoffThreadsTest::breaksOff);
  }

  private static void oneGivesAndOneTakes() throws Exception {
    Handoff<Integer> handoff = new Handoff<>(1);
    List<Integer> taken = new ArrayList<>();
    together(
        () -> {
          handoff.put(1);
          handoff.put(2);
          handoff.put(3);
          handoff.end();
        },
        () -> {
          for (Integer next = handoff.take(); next != null; next = handoff.take()) {
            taken.add(next);
          }
        });
    require(taken.equals(List.of(1, 2, 3)), "taken: " + taken);
  }

  private static void breaksOff() throws Exception {
    Handoff<Integer> handoff = new Handoff<>(1);
    together(
        () -> untilBroken(() -> handoff.put(1)),
        () ->
            untilBroken(
                () -> {
                  Integer unused = handoff.take();
                }),
        handoff::breakOff);
  }

  private interface Use {
    void run() throws InterruptedException;
  }

  private static void untilBroken(Use use) {
    try {
      use.run();
      use.run();
    } catch (InterruptedException broken) {
      return;
    }
  }
}

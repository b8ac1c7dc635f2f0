package dev.diagonal.soak;

import dev.diagonal.soak.Event.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds in a history what must not happen. */
final class Checker {

  /** Killed with signal 9, which the adversary does. */
  private static final int KILLED = 128 + 9;

  private final List<String> findings = new ArrayList<>();
  private final Map<String, Long> seen = new HashMap<>();
  private final Set<String> started = new HashSet<>();
  private final Set<String> done = new HashSet<>();

  private Checker() {}

  /** Returns a line for each finding. */
  static List<String> findings(List<Event> events) {
    Checker checker = new Checker();
    events.forEach(checker::check);
    checker.started.stream()
        .filter(client -> !checker.done.contains(client))
        .forEach(client -> checker.findings.add(client + " never ended well"));
    return checker.findings;
  }

  private void check(Event event) {
    String who = "round " + event.round() + ", " + event.who();
    switch (event.kind()) {
      case STARTED -> started.add(who);
      case ENDED -> checkEnd(event, who);
      case UNFINISHED -> find(event, "did not end");
      case SEEN -> {
        Long before = seen.put(who, event.number());
        if (before != null && before > event.number()) {
          find(event, "had %,d rows and then %,d".formatted(before, event.number()));
        }
      }
      case ALL_OR_NONE -> {
        if (event.number() == event.expected()) {
          done.add(who); // it was killed after its commit, and must not run again
        } else if (event.number() != 0) {
          find(event, "shows %,d of %,d rows".formatted(event.number(), event.expected()));
        }
      }
      case INEXACT, REPORTED, STORE -> {
        if (event.number() != event.expected()) {
          find(event, "is %,d and must be %,d".formatted(event.number(), event.expected()));
        }
      }
      case ROUND, STRIKE -> {}
    }
  }

  /** A client succeeds, or is killed, or fails with a message of its own. */
  private void checkEnd(Event event, String who) {
    if (event.number() == 0) {
      done.add(who);
    } else if (event.number() != KILLED
        && !(event.number() == 1 && event.text().contains(": failed"))) {
      find(event, "ended with %d: %s".formatted(event.number(), event.text()));
    }
  }

  private void find(Event event, String what) {
    findings.add(
        "round %d, after %,d ms, %s %s: %s %s"
            .formatted(
                event.round(),
                event.millis(),
                event.kind() == Kind.INEXACT ? "observed" : "",
                event.who(),
                what,
                event.kind() == Kind.ENDED ? "" : event.text()));
  }
}

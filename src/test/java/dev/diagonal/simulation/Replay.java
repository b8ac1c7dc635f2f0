package dev.diagonal.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Code that waits for answers, run on one thread together with others: at a question that has no
 * answer yet it is abandoned by an error; when the answer is there it runs again from its start and
 * is given the answers it has had. It must therefore do nothing else that matters.
 */
final class Replay {

  /** Takes the code out of the middle of what it does. */
  private static final class Suspended extends Error {
    private static final long serialVersionUID = 1;

    Suspended() {
      super(null, null, false, false);
    }
  }

  @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace
  private static final Suspended SUSPENDED = new Suspended();

  /** Answers questions. */
  interface Answers {
    /** Returns the answer at once, a Throwable to be thrown; null if it takes time. */
    @Nullable Object now(Object question);
  }

  private final Answers handler;
  private final List<Object> answers = new ArrayList<>();
  private int position;
  private boolean suspended;
  private @Nullable Object pending;

  Replay(Answers handler) {
    this.handler = handler;
  }

  /** Called by the code: returns the answer to a question. */
  Object ask(Object question) throws Exception {
    if (suspended) {
      throw SUSPENDED;
    }
    if (position == answers.size()) {
      Object now = handler.now(question);
      if (now == null) {
        pending = question;
        suspended = true;
        throw SUSPENDED;
      }
      answers.add(now);
    }
    Object answer = answers.get(position++);
    if (answer instanceof Exception fault) {
      throw fault;
    }
    if (answer instanceof Error error) {
      throw error;
    }
    return answer;
  }

  /** Whether the code is being abandoned. */
  boolean isSuspended() {
    return suspended;
  }

  /**
   * Runs the code as far as its answers go.
   *
   * @return the question it waits for; null if it has ended
   */
  @Nullable Object run(Callable<?> code) throws Exception {
    position = 0;
    suspended = false;
    pending = null;
    try {
      Object unused = code.call();
    } catch (Suspended waits) {
      return pending;
    } finally {
      suspended = false;
    }
    return null;
  }

  void answer(Object answer) {
    answers.add(answer);
  }

  /** Forgets all answers: the next run is of other code. */
  void clear() {
    answers.clear();
  }
}

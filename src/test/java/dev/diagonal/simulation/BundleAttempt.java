package dev.diagonal.simulation;

import dev.diagonal.conflictfree.SteppedBatcher;
import dev.diagonal.internal.schedule.BatchGroup;
import dev.diagonal.internal.schedule.SteppedScheduler;
import dev.diagonal.simulation.LoadRun.Bundle;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A bundle that a process works on: its rows are assigned to cells, its batches submitted. */
final class BundleAttempt implements SteppedBatcher.Receiver<Edge> {

  private static final int BURST_FACTOR = 1;
  private static final long PATIENCE = 30 * World.SECONDS;

  private final LoadProcess process;
  private final SharedScheduler shared;
  private final Bundle bundle;
  private final BatchGroup<Edge> group;
  private final SteppedBatcher<Edge> batcher;
  private final List<Edge> leftovers = new ArrayList<>();
  private final TreeSet<Integer> rejected = new TreeSet<>();
  private SteppedScheduler<Edge>.@Nullable Submission submission;
  private long written;
  private int position;
  private boolean flushed;
  private boolean asleep;
  private boolean over;
  private boolean ended;

  BundleAttempt(LoadProcess process, SharedScheduler shared, Bundle bundle) {
    this.process = process;
    this.shared = shared;
    this.bundle = bundle;
    this.group = shared.steps.newGroup();
    this.batcher = process.newBatcher(group, BURST_FACTOR, bundle.writesAll, this);
  }

  Bundle bundle() {
    return bundle;
  }

  void begin() {
    if (process.world.strikes(Fault.BUNDLE_CANCELLED, 0.15)) {
      long nanos = (process.world.pick(2) == 0 ? 60 : 300) * World.MILLIS;
      process.after(process.world.about(nanos), this::cancelled);
    }
    next();
  }

  private void next() {
    if (over) {
      return;
    }
    SteppedBatcher.Outgoing<Edge> outgoing = batcher.outgoing().poll();
    if (outgoing != null) {
      SteppedScheduler<Edge>.Submission asked =
          shared.steps.ask(group, outgoing.batch(), outgoing.bytes());
      submission = asked;
      submit(asked, outgoing.batch().cell());
    } else if (position < bundle.rows.size()) {
      addRows();
      process.soon(this::next);
    } else if (!flushed) {
      flushed = true;
      batcher.flush();
      next();
    } else {
      await();
    }
  }

  private void addRows() {
    int until = Math.min(bundle.rows.size(), position + 1 + process.world.pick(6));
    while (position < until) {
      batcher.add(bundle.rows.get(position++));
    }
    if (batcher.heldRows() > batcher.mostHeldRows()) {
      throw process.world.violated(bundle + " holds " + batcher.heldRows() + " rows");
    }
  }

  private void submit(SteppedScheduler<Edge>.Submission asked, int cell) {
    if (over) {
      return;
    }
    try {
      if (asked.enters(() -> shared.watch.submitted(group, cell, asked.places()))) {
        submission = null;
        process.soon(this::next);
      } else {
        asleep = true;
        asked.whenCalled(
            () -> {
              asleep = false;
              process.soon(() -> submit(asked, cell));
            });
      }
    } catch (InterruptedException | RuntimeException refused) {
      submission = null;
      failed(refused);
    }
  }

  /** Checks that no thread sleeps that should check its state. */
  void checkStep() {
    SteppedScheduler<Edge>.Submission asked = submission;
    if (asleep && asked != null && !over) {
      if (shared.steps.isStopped(group)) {
        throw process.world.violated(bundle + " waits for a place though it is cancelled");
      }
      if (asked.couldEnter()) {
        throw process.world.violated(bundle + " waits for a place that is free");
      }
    }
  }

  private void await() {
    if (over) {
      return;
    }
    if (!shared.steps.isFinished(group)) {
      shared.steps.whenFinished(group, () -> process.soon(this::await));
      return;
    }
    try {
      batcher.finish();
    } catch (RuntimeException fault) {
      failed(fault);
      return;
    }
    over = true;
    if (process.isTrusted()) {
      process.run.completed(bundle, leftovers, rejected, written);
    }
    process.ended(this);
  }

  private void failed(Exception fault) {
    if (fault instanceof Violation violation) {
      throw violation;
    }
    process.world.log(() -> process + ": " + bundle + " fails: " + fault.getMessage());
    stop();
  }

  private void cancelled() {
    if (!over) {
      process.world.log(() -> process + ": " + bundle + " is cancelled");
      SteppedScheduler<Edge>.Submission asked = submission;
      if (asked != null) {
        asked.withdraw();
      }
      stop();
    }
  }

  private void stop() {
    over = true;
    shared.cancel(group);
    if (shared.steps.isFinished(group)) {
      end();
    } else {
      shared.steps.whenFinished(group, () -> process.soon(this::end));
      process.after(PATIENCE, this::end);
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      if (process.isTrusted()) {
        process.run.repeat(bundle);
      }
      process.ended(this);
    }
  }

  @Override
  public void leftover(int cell, Iterable<Edge> rows) {
    rows.forEach(leftovers::add);
  }

  @Override
  public void written(long rows) {
    written += rows;
  }

  @Override
  public void rejected(String record) {
    rejected.add(Integer.valueOf(record.substring(record.indexOf('=') + 1, record.indexOf(','))));
  }
}

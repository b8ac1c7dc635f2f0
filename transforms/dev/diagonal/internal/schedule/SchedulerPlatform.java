package dev.diagonal.internal.schedule;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The environment of a {@link ConflictScheduler}. The JVM provides real threads and time; a
 * simulation provides a virtual clock and runs one piece of work at a time.
 *
 * @param lock guards all state of the scheduler; its conditions wake waiting threads
 * @param nanoTime the clock, as {@link System#nanoTime}
 * @param jitter random numbers from 0 to 1, for the waits between attempts
 * @param threads runs work on a new thread and returns an action that interrupts that thread
 */
record SchedulerPlatform(
    Lock lock, LongSupplier nanoTime, DoubleSupplier jitter, Function<Runnable, Runnable> threads) {

  /** Returns a platform of daemon threads. */
  static SchedulerPlatform jvm() {
    AtomicInteger started = new AtomicInteger();
    return new SchedulerPlatform(
        new ReentrantLock(),
        System::nanoTime,
        () -> ThreadLocalRandom.current().nextDouble(),
        work -> {
          Thread thread = new Thread(work, "conflict-free-write-" + started.incrementAndGet());
          thread.setDaemon(true);
          thread.start();
          return thread::interrupt;
        });
  }

  long nowNanos() {
    return nanoTime.getAsLong();
  }

  /** Runs work on a new thread and returns an action that interrupts that thread. */
  Runnable start(Runnable work) {
    return threads.apply(work);
  }
}

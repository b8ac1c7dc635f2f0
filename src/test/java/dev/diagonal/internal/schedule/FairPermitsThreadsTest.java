package dev.diagonal.internal.schedule;

import static dev.diagonal.testing.Interleavings.explore;
import static dev.diagonal.testing.Interleavings.require;
import static dev.diagonal.testing.Interleavings.together;

import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Permits under real threads, in the orders that Lincheck chooses. */
class FairPermitsThreadsTest {

  private static final int FEW = 20;
  private static final int MANY = 3_000;
  private static final int PLACES = 2;

  @Test
  void permitsAreNeitherLostNorGivenTwice() {
    explore(FEW, FairPermitsThreadsTest::threeUsers);
    explore(FEW, FairPermitsThreadsTest::oneOfThemGivesUp);
  }

  @Tag("large")
  @Test
  void neitherLosesNorRepeatsPermitsInManyOrders() {
    explore(MANY, FairPermitsThreadsTest::threeUsers);
    explore(MANY, FairPermitsThreadsTest::oneOfThemGivesUp);
  }

  private static void threeUsers() throws Exception {
    Users users = new Users();
    require(users.enter(2), "not entered"); // so the others have to wait
    together(() -> users.use(1), () -> users.use(2), () -> users.leave(2));
    users.requireNoneTaken();
  }

  private static void oneOfThemGivesUp() throws Exception {
    Users users = new Users();
    require(users.enter(1), "not entered");
    together(() -> users.use(2), users::giveUp);
    users.leave(1);
    users.requireNoneTaken();
  }

  /** Takes permits and releases them; knows how many are in use. */
  private static final class Users {
    private final ReentrantLock lock = new ReentrantLock();
    private final FairPermits permits = new FairPermits(lock, PLACES);
    private int inUse;
    private boolean stopped;

    void use(int wanted) throws InterruptedException {
      if (enter(wanted)) {
        leave(wanted); // whoever has permits works without the lock
      }
    }

    boolean enter(int wanted) throws InterruptedException {
      lock.lock();
      try {
        boolean entered = permits.enter(wanted, () -> stopped);
        inUse += entered ? wanted : 0;
        require(inUse <= PLACES, "more permits in use than there are");
        return entered;
      } finally {
        lock.unlock();
      }
    }

    void leave(int given) {
      lock.lock();
      try {
        inUse -= given;
        permits.leave(given);
      } finally {
        lock.unlock();
      }
    }

    void giveUp() {
      lock.lock();
      try {
        stopped = true;
        permits.recheck();
      } finally {
        lock.unlock();
      }
    }

    void requireNoneTaken() {
      require(permits.taken() == 0 && inUse == 0, "permits are lost");
    }
  }
}

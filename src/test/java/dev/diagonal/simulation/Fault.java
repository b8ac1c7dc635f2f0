package dev.diagonal.simulation;

/** What goes wrong in a simulated run. */
enum Fault {
  /** The connection breaks before the commit, and the server rolls back. */
  CONNECTION_LOST,
  /** The transaction is committed, and its client hears of a broken connection. */
  ANSWER_LOST,
  /** The client hears of a broken connection, and the server goes on and commits. */
  ZOMBIE_TRANSACTION,
  /** The server ends the transaction as the victim of a deadlock with somebody else. */
  DEADLOCK_VICTIM,
  /** The disk is full for a moment. */
  DISK_FULL,
  /** The server refuses a statement for good. */
  REFUSED,
  /** The thread that writes runs out of memory. */
  ERROR,
  /** A transaction takes a hundred times as long. */
  SLOW_TRANSACTION,
  /** Somebody else holds the locks of a cell. */
  FOREIGN_LOCK,
  /** The server restarts: all transactions are rolled back, all connections lost. */
  SERVER_RESTART,
  /** A process dies; its transactions are rolled back, or go on for a while. */
  PROCESS_KILLED,
  /** A process pauses, is considered dead, and continues later. */
  PROCESS_PAUSED,
  /** The runner cancels a bundle that runs, and runs it again. */
  BUNDLE_CANCELLED,
  /** The runner runs a bundle again that was complete. */
  BUNDLE_REPEATED,
  /** A row that the server refuses. */
  BAD_ROW,
  /** A worker and its heartbeat pause for two leases, and then continue. */
  LEASE_ENDED,
  /** The clock of a process is slower or faster than the server's. */
  CLOCK_SKEW,
  /** Rows come after their range was planned: a plan makes its batch pending again. */
  LATE_ROWS
}

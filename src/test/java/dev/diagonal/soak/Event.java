package dev.diagonal.soak;

/**
 * A line of the history of a soak.
 *
 * @param millis when it was written, since the soak began
 * @param round the round
 * @param kind what kind of event it is
 * @param who the client, the fault or the query that it is about
 * @param number a status or a count
 * @param expected what the number must be; {@link #ANY} if any number will do
 * @param text what the client printed, or what was hit
 */
record Event(
    long millis, int round, Kind kind, String who, long number, long expected, String text) {

  /** Any number will do. */
  static final long ANY = -1;

  /** What kind of event it is. */
  enum Kind {
    /** A round begins. */
    ROUND,
    /** A client starts. */
    STARTED,
    /** A client ended with this status. */
    ENDED,
    /** A client has given up, or did not end in time. */
    UNFINISHED,
    /** Something went wrong on purpose. */
    STRIKE,
    /** An observer has counted rows that nobody deletes. */
    SEEN,
    /** An observer has counted what is wrong at one moment. */
    INEXACT,
    /** The rows that exist after a client has reported that it wrote them. */
    REPORTED,
    /** The rows of a load that becomes visible at once, after a client of it has ended. */
    ALL_OR_NONE,
    /** What a store holds at the end of a round. */
    STORE
  }
}

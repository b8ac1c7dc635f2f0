package dev.diagonal.soak;

/** What goes wrong in a soak. */
enum Strike {
  /** A client's JVM is killed with signal 9. */
  PROCESS_KILLED,
  /** A client's JVM stops for some seconds, and continues. */
  PROCESS_PAUSED,
  /** A client's JVM starts with a clock that is more than a day off. */
  CLOCK_SHIFTED,
  /** A session of a client is terminated. */
  BACKEND_TERMINATED,
  /** A server process is killed with signal 9, after which PostgreSQL restarts all of them. */
  BACKEND_KILLED,
  /** PostgreSQL is killed with signal 9, and started again. */
  SERVER_KILLED,
  /** PostgreSQL is stopped and started. */
  SERVER_RESTARTED,
  /** Elasticsearch is killed with signal 9, and started again. */
  SEARCH_KILLED,
  /** All connections of a client are reset. */
  CONNECTIONS_CUT,
  /** Answers to commits are lost, and their connections with them. */
  ANSWERS_LOST,
  /** Answers come late for some seconds. */
  ANSWERS_DELAYED,
  /** Some connections fall silent. */
  CONNECTIONS_SILENT,
  /** The disk of PostgreSQL's tables is full for some seconds. */
  DISK_FILLED,
  /** Somebody else locks the target table for some seconds. */
  TABLE_LOCKED
}

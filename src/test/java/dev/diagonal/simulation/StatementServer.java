package dev.diagonal.simulation;

import java.util.List;

/** A server that runs statements in transactions, as {@link JobClient} needs it. */
interface StatementServer {

  boolean isDown();

  JobServer.Tx begin(String client);

  /** Runs a statement; the answer may be who holds what it waits for. */
  JobServer.Answer execute(JobServer.Tx tx, String sql, List<Object> parameters);

  void commit(JobServer.Tx tx);

  void rollBack(JobServer.Tx tx);
}

package dev.diagonal.simulation;

/**
 * What a transaction costs, and what the server has to offer. All of it is measured with one and
 * two workers and uniform edges, or assumed.
 *
 * @param freeMillis how long a transaction takes while it holds no lock: its first request on the
 *     way there, its last answer on the way back
 * @param heldMillis how long it waits while it holds its locks, for the network or for other work
 * @param transactionCpuMillis CPU time of a transaction without rows
 * @param edgeCpuMicros CPU time of an edge
 * @param nodeCpuMicros CPU time of a node that a transaction counts at
 * @param edgeLogBytes what an edge adds to the log
 * @param cores how many transactions can use the CPU at the same time
 * @param logMegabytesPerSecond how fast the log is written
 */
public record ScaleCosts(
    double freeMillis,
    double heldMillis,
    double transactionCpuMillis,
    double edgeCpuMicros,
    double nodeCpuMicros,
    double edgeLogBytes,
    double cores,
    double logMegabytesPerSecond) {

  /** Sets the number of cores. */
  public ScaleCosts withCores(double number) {
    return new ScaleCosts(
        freeMillis,
        heldMillis,
        transactionCpuMillis,
        edgeCpuMicros,
        nodeCpuMicros,
        edgeLogBytes,
        number,
        logMegabytesPerSecond);
  }

  /** Returns the CPU time of a transaction. */
  double cpuNanos(double edges, double nodes) {
    return transactionCpuMillis * 1e6 + edgeCpuMicros * 1e3 * edges + nodeCpuMicros * 1e3 * nodes;
  }

  /** Returns how long the log is busy with these edges. */
  double logNanos(double edges) {
    return edges * edgeLogBytes * 1e3 / logMegabytesPerSecond;
  }
}

package dev.diagonal.simulation;

/**
 * A load of edges whose duration is wanted.
 *
 * @param processes how many processes load, each its own edges
 * @param transactions how many transactions each has open at most
 * @param tableSize slots of the monopartite grid; 0 for counts that are folded, which need no slots
 * @param edges how many edges there are in all
 * @param nodes how many nodes they are between
 * @param hubShare the share of edges at one node
 * @param batchEdges edges of a full transaction
 * @param edgesOfRow how many edges a simulated row is
 * @param steady whether only the time between the first and the last fifth counts
 */
public record ScaleShape(
    int processes,
    int transactions,
    int tableSize,
    long edges,
    int nodes,
    double hubShare,
    int batchEdges,
    int edgesOfRow,
    boolean steady) {

  int batchRows() {
    return batchEdges / edgesOfRow;
  }

  long rowsOfProcess() {
    return edges / edgesOfRow / processes;
  }
}

package dev.diagonal.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * What one job on a cluster took.
 *
 * @param command what was run
 * @param times the size, in units
 * @param workers how many, of one slot and one core each
 * @param rows of the input
 * @param seconds from the job's start to its end, by the coordinator
 * @param workerCpu CPU seconds of all workers
 * @param serverCpu CPU seconds of the database server, 0 without one
 * @param residentMegabytes the most that a worker had resident during the job
 * @param heapMegabytes the most that was left in a worker's heap by a collection
 * @param inputMegabytes of the files that were read
 * @param shuffleMegabytes that tasks handed to each other, by the coordinator
 * @param outputMegabytes of the files that were written, or of the server's write-ahead log
 */
record ScaleRun(
    String command,
    int times,
    int workers,
    long rows,
    double seconds,
    double workerCpu,
    double serverCpu,
    long residentMegabytes,
    long heapMegabytes,
    double inputMegabytes,
    double shuffleMegabytes,
    double outputMegabytes) {

  static final String HEADER =
      "command,times,workers,rows,seconds,worker_cpu,server_cpu,resident_mb,heap_mb,input_mb,"
          + "shuffle_mb,output_mb";

  /** What was measured: a later run of the same takes the place of an earlier one. */
  record Key(String command, int times, int workers) {}

  Key key() {
    return new Key(command, times, workers);
  }

  /** Rows of 1x. */
  long unit() {
    return rows / times;
  }

  double workerCpuEach() {
    return workerCpu / workers;
  }

  double cpu() {
    return workerCpu + serverCpu;
  }

  String toLine() {
    return String.format(
        Locale.ROOT,
        "%s,%d,%d,%d,%.3f,%.2f,%.2f,%d,%d,%.3f,%.3f,%.3f",
        command,
        times,
        workers,
        rows,
        seconds,
        workerCpu,
        serverCpu,
        residentMegabytes,
        heapMegabytes,
        inputMegabytes,
        shuffleMegabytes,
        outputMegabytes);
  }

  static ScaleRun parse(String line) {
    List<String> fields = List.of(line.split(",", -1));
    return new ScaleRun(
        fields.get(0),
        Integer.parseInt(fields.get(1)),
        Integer.parseInt(fields.get(2)),
        Long.parseLong(fields.get(3)),
        Double.parseDouble(fields.get(4)),
        Double.parseDouble(fields.get(5)),
        Double.parseDouble(fields.get(6)),
        Long.parseLong(fields.get(7)),
        Long.parseLong(fields.get(8)),
        Double.parseDouble(fields.get(9)),
        Double.parseDouble(fields.get(10)),
        Double.parseDouble(fields.get(11)));
  }
}

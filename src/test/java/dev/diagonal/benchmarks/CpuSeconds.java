package dev.diagonal.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.diagonal.pipelines.local.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/** The CPU seconds of this JVM and of a server with all its processes; Linux only. */
final class CpuSeconds {

  private static final double TICKS = 100;

  private final long serverPid;

  CpuSeconds(long serverPid) {
    this.serverPid = serverPid;
  }

  /** Those of this JVM and of a PostgreSQL, whose background processes are its first's children. */
  static CpuSeconds with(LocalPostgres server) throws SQLException {
    long background =
        new ServerSql(server)
            .number("SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
    return new CpuSeconds(
        ProcessHandle.of(background).flatMap(ProcessHandle::parent).orElseThrow().pid());
  }

  double now() {
    double client =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime()
            / 1e9;
    return client + server();
  }

  /** Those of the server and its processes alone. */
  double server() {
    ProcessHandle server = ProcessHandle.of(serverPid).orElseThrow();
    while (true) {
      long ofEnded = ticksOfEndedChildren(serverPid);
      long ticks = ticks(serverPid) + ofEnded;
      for (ProcessHandle child : server.children().toList()) {
        ticks += ticks(child.pid());
      }
      // A child that ended meanwhile would be missing or counted twice.
      if (ticksOfEndedChildren(serverPid) == ofEnded) {
        return ticks / TICKS;
      }
    }
  }

  /** Those of all threads of a process, without its children; 0 if it has ended. */
  static double ofProcess(long pid) {
    return ticks(pid) / TICKS;
  }

  private static long ticks(long pid) {
    return sumOfStat(pid, 11);
  }

  private static long ticksOfEndedChildren(long pid) {
    return sumOfStat(pid, 13);
  }

  /** The ticks in user and in system mode, at this field and the next, counted after the name. */
  private static long sumOfStat(long pid, int field) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Long.parseLong(fields[field]) + Long.parseLong(fields[field + 1]);
    } catch (IOException e) {
      if (ProcessHandle.of(pid).isEmpty()) { // it ended before or while its file was read
        return 0;
      }
      throw new UncheckedIOException(e);
    }
  }
}

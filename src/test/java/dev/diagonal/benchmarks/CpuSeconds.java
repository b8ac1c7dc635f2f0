package dev.diagonal.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.diagonal.pipelines.local.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
    long ticks = ticks(serverPid, 15); // with those of its children that are gone
    for (ProcessHandle child : server.children().toList()) {
      ticks += ticks(child.pid(), 13);
    }
    return ticks / TICKS;
  }

  /** Those of all threads of a process, without its children; 0 if it has ended. */
  static double ofProcess(long pid) {
    return ticks(pid, 13) / TICKS;
  }

  private static long ticks(long pid, int lastField) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long sum = 0;
      for (int i = 11; i <= lastField - 1; i++) { // utime, stime and so on; fields after the name
        sum += Long.parseLong(fields[i]);
      }
      return sum;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

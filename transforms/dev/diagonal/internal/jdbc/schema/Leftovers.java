package dev.diagonal.internal.jdbc.schema;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Lists what runs keep in the internal schema, and drops what ended runs have left. Immutable and
 * thread-safe.
 */
public record Leftovers(InternalSchema schema) {

  /**
   * What one run keeps.
   *
   * @param run the run
   * @param origin the command, user and start of the run, or that the run is not registered
   * @param what what it keeps, in words
   * @param isGone whether no process holds the run any more
   * @param isResumable whether it is a transfer that a later run can go on with
   */
  public record OfRun(UUID run, String origin, String what, boolean isGone, boolean isResumable) {}

  /** Returns what all runs keep, the oldest run first. */
  public List<OfRun> find(Connection connection) throws SQLException {
    Map<UUID, String> origins = registered(connection);
    Map<UUID, List<String>> kept = new LinkedHashMap<>();
    origins.keySet().forEach(run -> kept.put(run, new ArrayList<>()));
    Set<UUID> resumable = Set.of();
    for (LeftoverKind kind : LeftoverKind.values()) {
      Map<UUID, Integer> counts = kind.countByRun(connection, schema);
      counts.forEach(
          (run, count) ->
              kept.computeIfAbsent(run, r -> new ArrayList<>()).add(kind.describe(count)));
      if (kind == LeftoverKind.TRANSFERS) {
        resumable = counts.keySet();
      }
    }
    List<OfRun> all = new ArrayList<>();
    for (Map.Entry<UUID, List<String>> each : kept.entrySet()) {
      UUID run = each.getKey();
      String what = each.getValue().stream().collect(joining(", "));
      all.add(
          new OfRun(
              run,
              origins.getOrDefault(run, "not registered"),
              what.isEmpty() ? "nothing else" : what,
              schema.runs().isGone(connection, run),
              resumable.contains(run)));
    }
    return all;
  }

  /**
   * Drops what a run keeps, and the run's row, unless a process holds the run.
   *
   * @return whether it was dropped
   */
  public boolean drop(Connection connection, UUID run) throws SQLException {
    if (!schema.runs().isGone(connection, run)) {
      return false;
    }
    schema.runs().end(connection, run); // first, as it is the fence
    for (LeftoverKind kind : LeftoverKind.values()) {
      kind.drop(connection, schema, run);
    }
    return true;
  }

  private Map<UUID, String> registered(Connection connection) throws SQLException {
    String sql =
        "SELECT run, command, started_by, date_trunc('second', started_at)::text FROM %s ORDER BY started_at"
            .formatted(schema.table(connection, "runs"));
    Map<UUID, String> runs = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        runs.put(
            result.getObject(1, UUID.class),
            "%s, started by %s at %s"
                .formatted(result.getString(2), result.getString(3), result.getString(4)));
      }
    }
    return runs;
  }
}

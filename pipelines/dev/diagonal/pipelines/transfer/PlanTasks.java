package dev.diagonal.pipelines.transfer;

import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.files.output.OutputPlace;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.CommandLine;
import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.jobfiles.AbsolutePaths;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.plan.JobTask;
import dev.diagonal.pipelines.plan.PlanConnections;
import dev.diagonal.pipelines.plan.PlanFile;
import dev.diagonal.pipelines.plan.PlanNode;
import dev.diagonal.pipelines.plan.PlanRun;
import dev.diagonal.pipelines.plan.PlanWords;
import dev.diagonal.pipelines.plan.Task;
import dev.diagonal.pipelines.plan.YamlNode;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.PlannedJob;
import dev.diagonal.pipelines.run.RunnerDefaults;
import dev.diagonal.pipelines.transfer.job.SourceSnapshot;
import dev.diagonal.pipelines.transfer.job.TablesAtOnce;
import dev.diagonal.pipelines.transfer.job.TransferColumns;
import dev.diagonal.pipelines.transfer.job.TransferJob;
import dev.diagonal.pipelines.transfer.spec.TransferNode;
import dev.diagonal.pipelines.transfer.spec.TransferOptions;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.io.FileSystems;
import org.jspecify.annotations.Nullable;

/** The tasks of plans: transfers, statements, and the commands that run a pipeline. */
final class PlanTasks implements PlanFile.Kinds {

  private final List<String> runnerArgs;
  private final List<PipelineCommand<?>> commands;
  private final PlanConnections connections = new PlanConnections();

  /** The transfers, by the names of their tasks. */
  private final Map<String, TransferJob> transfers = new LinkedHashMap<>();

  /** What transfers change together, by the names of their tasks. */
  private final Map<String, TablesAtOnce> together = new LinkedHashMap<>();

  /** The databases in which earlier tasks delete rows. */
  private final Set<JdbcTarget> deleted = new HashSet<>();

  /** The files of all tasks. */
  private final List<JobFiles> files = new ArrayList<>();

  /** The real paths of what tasks write. */
  private final Set<String> outputs = new HashSet<>();

  /** Files that earlier tasks of the plan write; they need not exist yet. */
  private final Set<String> written = new HashSet<>();

  /**
   * @param runnerArgs the options of the runner
   * @param commands the commands that can be tasks
   */
  PlanTasks(List<String> runnerArgs, List<PipelineCommand<?>> commands) {
    this.runnerArgs = List.copyOf(runnerArgs);
    this.commands = List.copyOf(commands);
    FileSystems.setDefaultPipelineOptions(options(List.of()));
  }

  private TransferOptions options(List<String> more) {
    List<String> args = new ArrayList<>(runnerArgs);
    args.addAll(more);
    return CommandLine.parse(TransferOptions.class, RunnerDefaults.withDefaults("transfer", args));
  }

  @Override
  public List<String> names() {
    List<String> names = new ArrayList<>(List.of("transfer", "sql"));
    commands.forEach(command -> names.add(command.name()));
    return names;
  }

  @Override
  public void connections(YamlNode node) {
    connections.read(node);
  }

  @Override
  public PlanFile.Scope scope(
      PlanFile.@Nullable Scope around, boolean atOnce, boolean oneSnapshot) {
    return GroupScope.in((GroupScope) around, atOnce, oneSnapshot);
  }

  @Override
  public @Nullable Task task(
      String kind, String name, YamlNode node, PlanFile.@Nullable Scope scope) {
    int before = node.mistakes().all().size();
    Task task =
        switch (kind) {
          case "transfer" -> transfer(name, node, (GroupScope) scope);
          case "sql" -> sql(node);
          default -> command(kind, node);
        };
    return node.mistakes().all().size() > before ? null : task;
  }

  private @Nullable Task sql(YamlNode node) {
    SqlTask task = SqlTask.of(node, connections);
    if (task != null && task.deletesRows()) {
      deleted.add(task.database());
    }
    return task;
  }

  /**
   * Refuses to resume a transfer after a statement that deletes rows: an interrupted plan runs it
   * again, and the transfer does not write again what it deletes.
   */
  private void checkDeleted(TransferSpec spec) {
    for (TransferSpec.ToJdbc table : spec.tables()) {
      if (spec.resume()
          && !spec.atOnce()
          && deleted.contains(table.database().at(ServerUrls.TO_COME))) {
        throw new IllegalArgumentException(
            "the transfer to table %s has resume: true, and an earlier sql task deletes rows of the same database: when the plan runs again, it would delete rows that the transfer does not write again; put the statement into a separate plan"
                .formatted(table.table()));
      }
    }
  }

  /**
   * Checks that a run may start at a task.
   *
   * @throws UsageException if it would pass over a transfer whose records end with the plan, or a
   *     part of a group whose tables change together
   */
  void checkFromTask(PlanNode plan, String fromTask) {
    Set<String> passedOver = PlanRun.passedOver(plan, fromTask);
    for (String name : passedOver) {
      TablesAtOnce tables = together.get(name);
      for (Map.Entry<String, TablesAtOnce> other : together.entrySet()) {
        if (tables == other.getValue() && !passedOver.contains(other.getKey())) {
          throw new UsageException(
              "--fromTask=%s would pass over task '%s', whose tables change together with those of task '%s' (transaction: all): start at the first task of that group"
                  .formatted(fromTask, name, other.getKey()));
        }
      }
      TransferJob transfer = transfers.get(name);
      if (transfer != null && transfer.endsWithPlan()) {
        throw new UsageException(
            "--fromTask=%s would pass over task '%s', which has resume: true: without --fromTask, the plan skips the rows that are written"
                .formatted(fromTask, name));
      }
    }
  }

  /** Returns whether an earlier task writes a file that this one reads. */
  private boolean readsWritten(TransferSpec spec) {
    return spec.from() instanceof TransferSpec.FromFiles files
        && files.files().stream().anyMatch(written::contains);
  }

  private @Nullable Task transfer(String name, YamlNode node, @Nullable GroupScope scope) {
    int before = node.mistakes().all().size();
    TransferNode reader = new TransferNode(node, connections, written);
    TransferSpec spec = reader.spec();
    if (spec == null) {
      return null;
    }
    try {
      if (!readsWritten(spec) && node.mistakes().all().size() == before) {
        TransferColumns.check(spec, options(reader.badRecordArgs()));
      }
      checkDeleted(spec);
      return transfer(name, spec, reader.badRecordArgs(), scope);
    } catch (IllegalArgumentException | UsageException e) {
      node.mistake(PlanWords.of(Reason.of(e)));
      return null;
    }
  }

  /**
   * Returns a transfer of a group.
   *
   * @param name the name of the task
   * @param more options in addition to those of the runner
   * @throws IllegalArgumentException if it does not fit the others
   * @throws UsageException if another task also writes one of its files
   */
  Task transfer(String name, TransferSpec spec, List<String> more, @Nullable GroupScope scope) {
    List<String> args = new ArrayList<>(runnerArgs);
    args.addAll(more);
    TransferOptions options = options(more);
    TablesAtOnce tables = scope == null ? null : scope.tables();
    SourceSnapshot snapshot = scope == null ? null : scope.snapshot();
    TransferJob job =
        new TransferJob(
            spec, options, Set.of(), tables == null ? null : tables::add, snapshot, name);
    transfers.put(name, job);
    if (tables != null) {
      together.put(name, tables);
      tables.check(spec.tables());
    }
    if (snapshot != null) {
      snapshot.add(spec.from());
    }
    return task(new PlannedJob("transfer", job, options, args));
  }

  /**
   * @throws UsageException if another task also writes one of its files
   */
  private Task task(PlannedJob planned) {
    files.add(planned.files());
    for (JobFiles.Output output : planned.files().outputs()) {
      if (!outputs.add(OutputPlace.of(output.path()).identity())) {
        throw new UsageException(
            "another task of the plan also writes '%s'".formatted(output.path()));
      }
    }
    return new JobTask(planned);
  }

  /**
   * Checks a file that is written after the plan against the plan itself and the files of its
   * tasks.
   *
   * @throws UsageException if it is one of them
   */
  void checkAtTheEnd(List<String> plan, String option, @Nullable String path) {
    JobFiles all = JobFiles.NONE.reads("plan", plan);
    for (JobFiles each : files) {
      for (JobFiles.Input input : each.inputs()) {
        all = all.reads(input.option(), input.patterns());
      }
      for (JobFiles.Output output : each.outputs()) {
        if (path != null
            && OutputPlace.of(output.path()).identity().equals(OutputPlace.of(path).identity())) {
          throw new UsageException(
              "--%s: a task of the plan also writes '%s'".formatted(option, path));
        }
      }
    }
    all.checkAtTheEnd(option, path);
  }

  /** Ends the transfers that are kept until the plan is complete. */
  void end() throws Exception {
    for (TransferJob transfer : transfers.values()) {
      transfer.endWithPlan();
    }
  }

  /** Returns whether a task writes to the standard output. */
  boolean useStandardOutput() {
    return files.stream().anyMatch(JobFiles::useStandardOutput);
  }

  private @Nullable Task command(String kind, YamlNode node) {
    PipelineCommand<?> command =
        commands.stream().filter(each -> each.name().equals(kind)).findFirst().orElseThrow();
    List<String> args = new ArrayList<>(runnerArgs);
    int before = node.mistakes().all().size();
    for (Map.Entry<String, YamlNode> option : node.entries().entrySet()) {
      String name = option.getKey();
      if (name.equals("inputJdbc")) {
        connections
            .options("jdbc", option.getValue())
            .forEach(each -> args.add(each.replaceFirst("^--jdbc", "--inputJdbc")));
        continue;
      }
      if (name.equals("jdbc") || name.equals("elasticsearch")) {
        args.addAll(connections.options(name, option.getValue()));
        continue;
      }
      YamlNode value = option.getValue();
      List<String> texts =
          AbsolutePaths.isPath(name)
              ? value.texts().stream().map(value::pathOf).toList()
              : value.texts();
      args.add("--" + name + "=" + String.join(",", texts));
    }
    if (node.mistakes().all().size() > before) {
      return null;
    }
    try {
      return task(command.prepare(args));
    } catch (UsageException e) {
      node.mistake(PlanWords.ofCommand(Reason.of(e)));
      return null;
    }
  }
}

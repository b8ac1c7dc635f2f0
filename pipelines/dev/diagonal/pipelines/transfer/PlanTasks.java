package dev.diagonal.pipelines.transfer;

import dev.diagonal.internal.files.output.OutputPlace;
import dev.diagonal.pipelines.command.CommandLine;
import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.jobfiles.AbsolutePaths;
import dev.diagonal.pipelines.jobfiles.JobFiles;
import dev.diagonal.pipelines.plan.JobTask;
import dev.diagonal.pipelines.plan.PlanConnections;
import dev.diagonal.pipelines.plan.PlanFile;
import dev.diagonal.pipelines.plan.Task;
import dev.diagonal.pipelines.plan.YamlNode;
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

  private final List<TransferJob> transfers = new ArrayList<>();

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
          case "sql" -> SqlTask.of(node, connections);
          default -> command(kind, node);
        };
    return node.mistakes().all().size() > before ? null : task;
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
      return transfer(name, spec, reader.badRecordArgs(), scope);
    } catch (IllegalArgumentException | UsageException e) {
      node.mistake(String.valueOf(e.getMessage()));
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
    transfers.add(job);
    if (tables != null) {
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
    for (TransferJob transfer : transfers) {
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
      node.mistake(String.valueOf(e.getMessage()));
      return null;
    }
  }

  /**
   * What the transfers of a group and its subgroups share: tables that change in one transaction, a
   * snapshot that they read, or both.
   *
   * @param tables null if each transfer changes its tables by itself
   * @param snapshot null if each transfer takes its own snapshot
   * @param around the enclosing group, or null
   */
  record GroupScope(
      @Nullable TablesAtOnce tables, @Nullable SourceSnapshot snapshot, @Nullable GroupScope around)
      implements PlanFile.Scope {

    static GroupScope in(@Nullable GroupScope around, boolean atOnce, boolean oneSnapshot) {
      TablesAtOnce tables = around == null ? null : around.tables;
      SourceSnapshot snapshot = around == null ? null : around.snapshot;
      return new GroupScope(
          tables == null && atOnce ? new TablesAtOnce() : tables,
          snapshot == null && oneSnapshot ? new SourceSnapshot() : snapshot,
          around);
    }

    private @Nullable TablesAtOnce ownTables() {
      return around != null && around.tables != null ? null : tables;
    }

    private @Nullable SourceSnapshot ownSnapshot() {
      return around != null && around.snapshot != null ? null : snapshot;
    }

    @Override
    public String describe() {
      List<String> shared = new ArrayList<>();
      if (ownTables() != null) {
        shared.add("all or nothing");
      }
      if (ownSnapshot() != null) {
        shared.add("from one snapshot");
      }
      return String.join(", ", shared);
    }

    /**
     * {@inheritDoc} Releases the locks of the snapshot first: a table that was read may be
     * replaced.
     */
    @Override
    public long complete() throws Exception {
      closeSnapshot();
      TablesAtOnce own = ownTables();
      return own == null ? 0 : own.complete();
    }

    @Override
    public void abandon() throws Exception {
      closeSnapshot();
      TablesAtOnce own = ownTables();
      if (own != null) {
        own.abandon();
      }
    }

    private void closeSnapshot() {
      SourceSnapshot own = ownSnapshot();
      if (own != null) {
        own.close();
      }
    }
  }
}

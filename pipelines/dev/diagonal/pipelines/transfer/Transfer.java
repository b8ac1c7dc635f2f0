package dev.diagonal.pipelines.transfer;

import static dev.diagonal.internal.files.output.OutputPlace.STANDARD_OUTPUT;

import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.pipelines.command.Command;
import dev.diagonal.pipelines.command.CommandLine;
import dev.diagonal.pipelines.command.DryRunReport;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.jobfiles.OutputPath;
import dev.diagonal.pipelines.plan.PlanDryRun;
import dev.diagonal.pipelines.plan.PlanFile;
import dev.diagonal.pipelines.plan.PlanNode;
import dev.diagonal.pipelines.plan.PlanNode.Group;
import dev.diagonal.pipelines.plan.PlanNode.Step;
import dev.diagonal.pipelines.plan.PlanReport;
import dev.diagonal.pipelines.plan.PlanRun;
import dev.diagonal.pipelines.plan.PlanWords;
import dev.diagonal.pipelines.progress.ProgressLine;
import dev.diagonal.pipelines.report.RunReport;
import dev.diagonal.pipelines.run.RunnerDefaults;
import dev.diagonal.pipelines.run.Runners;
import dev.diagonal.pipelines.transfer.spec.TransferOptions;
import dev.diagonal.pipelines.usage.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The command {@code transfer}: one transfer, or a plan of tasks and task groups. */
public final class Transfer implements Command {

  /** Options that a plan sets, so that they cannot be combined with {@code --plan}. */
  private static final List<String> BESIDE_A_PLAN =
      List.of(
          "plan",
          "fromTask",
          "maxParallelTasks",
          "dryRun",
          "check",
          "verbose",
          "quiet",
          "logFile",
          "summary",
          "report");

  private static final int TOLD_SECONDS = 5;

  private final TransferCommand single = new TransferCommand();
  private final List<PipelineCommand<?>> commands;

  /**
   * @param commands the commands that can be tasks of a plan, besides transfers and statements
   */
  public Transfer(List<PipelineCommand<?>> commands) {
    this.commands = List.copyOf(commands);
  }

  @Override
  public String name() {
    return single.name();
  }

  @Override
  public String summary() {
    return single.summary();
  }

  @Override
  public List<String> examples() {
    return List.of(
        "transfer --from=csv:people.csv --to=jdbc:people --key=id"
            + " --jdbcUrl=jdbc:postgresql://db/shop --jdbcUser=me",
        "transfer --from=jdbc:people --to=jsonl:people.jsonl --jdbcUrl=jdbc:postgresql://db/shop"
            + " --jdbcUser=me",
        "transfer --plan=plan.yaml --check");
  }

  @Override
  public Class<?> options() {
    return single.options();
  }

  @Override
  public ExitCode run(List<String> args) throws Exception {
    boolean planned = args.stream().anyMatch(arg -> arg.startsWith("--plan="));
    if (!planned) {
      return TablesTransfer.isFor(args)
          ? run(args, false, TablesTransfer::words)
          : single.run(args);
    }
    Logger warnings = Logger.getLogger(Warnings.LOGGER);
    Filter before = warnings.getFilter();
    warnings.setFilter(Transfer::inWordsOfPlan);
    try {
      return run(args, true, PlanWords::of);
    } finally {
      warnings.setFilter(before);
    }
  }

  /** Of the options, only those of transfers are named in warnings. */
  private static boolean inWordsOfPlan(LogRecord record) {
    record.setMessage(PlanWords.of(record.getMessage()));
    return true;
  }

  private ExitCode run(List<String> args, boolean planned, UnaryOperator<String> words)
      throws Exception {
    Runners.check(name(), args);
    TransferOptions options =
        CommandLine.parse(TransferOptions.class, RunnerDefaults.withDefaults(name(), args));
    String summary = options.getSummary();
    String page = options.getReport();
    OutputPath.check("summary", summary);
    OutputPath.check("report", page);
    if (page != null && page.equals(summary)) {
      throw new UsageException("--summary and --report name the same file '%s'".formatted(page));
    }
    if (options.getMaxParallelTasks() < 1) {
      throw new UsageException(
          "--maxParallelTasks must be >= 1, got " + options.getMaxParallelTasks());
    }
    String file = String.valueOf(options.getPlan());
    PlanTasks tasks = new PlanTasks(runnerArgs(args, planned), commands);
    PlanNode plan =
        planned
            ? PlanFile.read(Path.of(file), tasks, System::getenv)
            : new TablesTransfer(options).plan(args, tasks);
    List<String> read = planned ? List.of(file) : List.of();
    tasks.checkAtTheEnd(read, "summary", summary);
    tasks.checkAtTheEnd(read, "report", page);
    tasks.checkAtTheEnd(read, "logFile", options.getLogFile());
    checkFromTask(plan, options.getFromTask(), tasks);
    if (options.getCheck()) {
      describe(plan, "").forEach(System.out::println);
      return ExitCode.DONE;
    }
    if (options.getDryRun()) {
      return DryRunReport.print(name(), describe(plan, ""), PlanDryRun.of(plan, words));
    }
    boolean quiet = options.getQuiet();
    PlanRun run =
        new PlanRun(
            options.getMaxParallelTasks(),
            options.getFromTask(),
            quiet ? line -> {} : System.err::println,
            words);
    PlanReport report =
        page == null ? run(run, plan, quiet) : reported(run, plan, args, page, quiet);
    if (report.state() != PlanReport.State.FAILED) {
      tasks.end();
    }
    boolean outIsTaken =
        tasks.useStandardOutput()
            || STANDARD_OUTPUT.equals(summary)
            || STANDARD_OUTPUT.equals(page);
    if (!quiet || report.state() == PlanReport.State.FAILED) {
      report.lines().forEach((outIsTaken ? System.err : System.out)::println);
    }
    if (summary != null) {
      report.writeTo(summary);
    }
    return report.state() == PlanReport.State.FAILED ? ExitCode.FAILED : ExitCode.DONE;
  }

  /** Runs a plan and writes the report of the run. */
  private PlanReport reported(
      PlanRun run, PlanNode plan, List<String> args, String page, boolean quiet)
      throws IOException, InterruptedException {
    try (RunReport report =
        RunReport.start(page, name(), args, describe(plan, ""), ProgressLine.countsInThisJvm())) {
      PlanReport done = run(run, plan, quiet);
      report.write(done, null, Runners.isOnCluster(args));
      return done;
    }
  }

  /** Prints the progress of the running tasks every few seconds. */
  private static PlanReport run(PlanRun run, PlanNode plan, boolean quiet)
      throws InterruptedException {
    if (quiet) {
      return run.run(plan);
    }
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "progress");
              thread.setDaemon(true);
              return thread;
            });
    try {
      var unused =
          timer.scheduleAtFixedRate(
              () -> run.running().forEach(System.err::println),
              TOLD_SECONDS,
              TOLD_SECONDS,
              TimeUnit.SECONDS);
      return run.run(plan);
    } finally {
      timer.shutdownNow();
    }
  }

  /**
   * Returns the options of the runner, which all tasks get; options of transfers belong in the
   * plan.
   */
  private List<String> runnerArgs(List<String> args, boolean planned) {
    List<String> own = new ArrayList<>();
    for (var method : TransferOptions.class.getMethods()) {
      if (method.getDeclaringClass().getName().startsWith("dev.diagonal.")
          && method.getName().startsWith("get")) {
        own.add(Character.toLowerCase(method.getName().charAt(3)) + method.getName().substring(4));
      }
    }
    List<String> runner = new ArrayList<>();
    for (String arg : args) {
      String option = arg.replaceFirst("^--", "").replaceFirst("=.*", "");
      if (!own.contains(option)) {
        runner.add(arg);
      } else if (planned && !BESIDE_A_PLAN.contains(option)) {
        throw new UsageException(
            "--" + option + " belongs in the plan and cannot be combined with --plan");
      }
    }
    return runner;
  }

  private static void checkFromTask(PlanNode plan, @Nullable String fromTask, PlanTasks tasks) {
    List<String> names = plan.steps().map(Step::name).toList();
    if (fromTask != null && !names.contains(fromTask)) {
      throw new UsageException(
          "--fromTask: the plan has no task '"
              + fromTask
              + "'"
              + NearestName.hint(fromTask, names));
    }
    if (fromTask != null) {
      tasks.checkFromTask(plan, fromTask);
    }
  }

  private static List<String> describe(PlanNode node, String indent) {
    List<String> lines = new ArrayList<>();
    if (node instanceof Step step) {
      lines.add(indent + step.name());
      step.task().describe().forEach(line -> lines.add(indent + "    " + line));
    } else if (node instanceof Group group) {
      lines.add(
          "%s%s (%s)%s"
              .formatted(
                  indent,
                  group.name(),
                  group.parallel() ? "at the same time" : "one after another",
                  group.ending() == null ? "" : ", " + group.ending().describe()));
      group.children().forEach(child -> lines.addAll(describe(child, indent + "  ")));
    }
    return lines;
  }
}

package dev.diagonal.pipelines;

import dev.diagonal.pipelines.batches.RatingBatches;
import dev.diagonal.pipelines.clean.Clean;
import dev.diagonal.pipelines.command.Command;
import dev.diagonal.pipelines.command.ExpansionServer;
import dev.diagonal.pipelines.command.Launcher;
import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.command.Servers;
import dev.diagonal.pipelines.command.StandardStreams;
import dev.diagonal.pipelines.donors.DonorsChoose;
import dev.diagonal.pipelines.edges.LoadEdges;
import dev.diagonal.pipelines.flink.FlinkThreads;
import dev.diagonal.pipelines.ratings.MovieRatings;
import dev.diagonal.pipelines.taxi.TaxiTrips;
import dev.diagonal.pipelines.transfer.Transfer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The main class: {@code <command> [@file …] [--option=value …]}. Exit codes: 0 done, 1 failed, 2
 * wrong usage. With a port as the first argument, serves the transforms to {@link ExpansionServer
 * other SDKs}.
 */
public final class Main {

  private static final PipelineCommand<?> MOVIE_RATINGS = new MovieRatings();

  /** The commands that run a pipeline and can be tasks of a plan. */
  private static final List<PipelineCommand<?>> PIPELINES =
      List.of(
          MOVIE_RATINGS, new RatingBatches(), new LoadEdges(), new TaxiTrips(), new DonorsChoose());

  /** The commands, in the order in which they are listed. */
  public static final List<Command> COMMANDS =
      Stream.concat(
              PIPELINES.stream(), Stream.of(new Transfer(PIPELINES), new Clean(), new Servers()))
          .toList();

  private Main() {}

  public static void main(String[] args) throws Exception {
    if (ExpansionServer.isMeant(args)) {
      ExpansionServer.serve(args);
      return;
    }
    StandardStreams.printUtf8InsteadOfAscii();
    Launcher launcher = new Launcher(COMMANDS, demoOf(MOVIE_RATINGS));
    // Exits explicitly, because threads of a runner or a driver may still be alive.
    int status = launcher.launch(List.of(args)).status();
    FlinkThreads.awaitEnd();
    System.exit(status);
  }

  /** Loads the demo by name, because the bundled jar does not contain it. */
  private static Optional<Command> demoOf(Command command) {
    try {
      return Optional.of(
          Class.forName("dev.diagonal.pipelines.local.Demo")
              .asSubclass(Command.class)
              .getConstructor(Command.class)
              .newInstance(command));
    } catch (ReflectiveOperationException e) {
      return Optional.empty();
    }
  }
}

package dev.diagonal.pipelines.clean;

import dev.diagonal.internal.jdbc.connection.HeldConnection;
import dev.diagonal.internal.jdbc.ledger.ProvenTransaction;
import dev.diagonal.internal.jdbc.schema.CommitCheck;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.jdbc.schema.Leftovers;
import dev.diagonal.internal.jdbc.schema.SchemaRights;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.command.Command;
import dev.diagonal.pipelines.command.CommandLine;
import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.JdbcOptions;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.usage.UsageException;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/** Drops what killed runs have left in a database. */
public final class Clean implements Command {

  /** The options of the command. */
  public interface CleanOptions extends JdbcOptions, InternalSchemaOptions {
    @Description("Only list what would be dropped")
    @Default.Boolean(false)
    boolean getDryRun();

    void setDryRun(boolean dryRun);
  }

  @Override
  public String name() {
    return "clean";
  }

  @Override
  public String summary() {
    return "drop what killed runs have left in Diagonal's schema of a PostgreSQL database";
  }

  @Override
  public Class<?> options() {
    return CleanOptions.class;
  }

  @Override
  public ExitCode run(List<String> args) throws SQLException, InterruptedException {
    CleanOptions options = CommandLine.parse(CleanOptions.class, args);
    InternalSchema schema = InternalSchemaOptions.schemaOf(options);
    JdbcTarget database = databaseOf(options);
    try (HeldConnection held = new HeldConnection(database)) {
      SchemaRights rights = ProvenTransaction.call(held, CommitCheck.unneeded(), schema::find);
      if (!rights.isUsable() && rights.mayBeCreated()) {
        System.out.printf("%s has no schema %s: nothing to drop%n", database, schema.name());
        return ExitCode.DONE;
      }
      rights.requireUsable();
      return clean(held, new Leftovers(schema), options.getDryRun());
    }
  }

  private static JdbcTarget databaseOf(CleanOptions options) {
    SinkPlace place = SinkPlace.of(options.getJdbcUrl(), options.getJdbcUrl());
    if (options.getJdbcUrl() == null || !place.isUrl()) {
      throw new UsageException("--jdbcUrl is missing: the URL of a PostgreSQL database");
    }
    try {
      JdbcTarget database = Sinks.postgres(place, options, ServerUrls.TO_COME);
      CreateTable.checkTarget(database);
      return database;
    } catch (IllegalArgumentException e) {
      throw new UsageException("--jdbcUrl: " + e.getMessage(), e);
    }
  }

  private static ExitCode clean(HeldConnection held, Leftovers leftovers, boolean dryRun)
      throws SQLException, InterruptedException {
    int dropped = 0;
    boolean failed = false;
    List<Leftovers.OfRun> runs =
        ProvenTransaction.call(held, CommitCheck.unneeded(), leftovers::find);
    for (Leftovers.OfRun each : runs) {
      String run = "run %s (%s)".formatted(each.run(), each.origin());
      if (!each.isGone()) {
        System.out.println(run + " is alive and keeps " + each.what());
        continue;
      }
      if (dryRun) {
        System.out.println(run + " has ended; would drop it and " + each.what());
        dropped++;
        continue;
      }
      try {
        boolean done =
            ProvenTransaction.call(
                held, CommitCheck.unneeded(), connection -> leftovers.drop(connection, each.run()));
        System.out.println(
            run
                + (done ? " has ended; dropped it and " : " is alive again and keeps ")
                + each.what());
        dropped += done ? 1 : 0;
      } catch (SQLException e) {
        System.out.println(run + " has ended; could not drop it: " + e.getMessage());
        failed = true;
      }
    }
    System.out.printf(
        "%s of %s runs %s%n", dropped, runs.size(), dryRun ? "would be dropped" : "dropped");
    return failed ? ExitCode.FAILED : ExitCode.DONE;
  }
}

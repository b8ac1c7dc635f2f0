package dev.diagonal.pipelines.ratings;

import dev.diagonal.block.Block;
import dev.diagonal.internal.jdbc.table.TableCheck;
import dev.diagonal.internal.jdbc.table.TableRights.Needs;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.table.WriteMode;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.jdbc.write.WriteToJdbc;
import dev.diagonal.metrics.Written;
import dev.diagonal.pipelines.dryrun.Findings;
import dev.diagonal.pipelines.options.MovieIdOptions;
import dev.diagonal.pipelines.options.SinkPlace;
import dev.diagonal.pipelines.options.Sinks;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.ratings.RatingRows;
import dev.diagonal.ratings.data.MovieRating;
import java.util.Optional;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.jspecify.annotations.Nullable;

/** Writes the results of {@link MovieRatings} to a table. */
final class PostgresRatings implements RatingSink {
  private final SinkPlace place;
  private final MovieRatingsOptions options;
  private final Table table;
  private JdbcTarget target;
  private WriteToJdbc<MovieRating> upsert;

  PostgresRatings(SinkPlace place, MovieRatingsOptions options) {
    this.place = place;
    this.options = options;
    Sinks.checkTable("jdbcTable", options.getJdbcTable());
    this.table = RatingRows.table(options.getJdbcTable(), MovieIdOptions.isText(options));
    this.target = Sinks.postgres(place, options, ServerUrls.TO_COME);
    // Checked before anything is done.
    CreateTable.checkTarget(target);
    this.upsert = WriteToJdbc.of(JdbcWrite.upsert(target, table, RatingRows::bind));
  }

  @Override
  public String kind() {
    return "PostgreSQL";
  }

  @Override
  public String target() {
    return "table %s in %s".formatted(table.name(), target);
  }

  @Override
  public String creates() {
    return "the table " + table.name() + ", if it is missing";
  }

  @Override
  public Optional<EmbeddedServers.Kind> embedded() {
    return place.isEmbedded() ? Optional.of(EmbeddedServers.Kind.POSTGRES) : Optional.empty();
  }

  @Override
  public void prepare(ServerUrls servers) throws Exception {
    target = Sinks.postgres(place, options, servers);
    upsert = WriteToJdbc.of(JdbcWrite.upsert(target, table, RatingRows::bind));
    CreateTable.ifMissing(target, table);
  }

  @Override
  public void dryRun(Findings findings) throws InterruptedException {
    TableCheck check = new TableCheck(target);
    boolean unused =
        findings.check(() -> "server:  " + check.server())
            && findings.check(
                () -> "table:   " + check.table(table, Needs.of(WriteMode.UPSERT, table), false));
  }

  @Override
  public PCollection<Written> write(
      PCollection<Block<MovieRating>> ratings, @Nullable ErrorHandler<BadRecord, ?> handler) {
    return ratings.apply(step(), upsert.withBadRecordErrorHandler(handler));
  }

  @Override
  public void complete() {}
}

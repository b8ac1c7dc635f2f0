package dev.diagonal.readme;

import dev.diagonal.elasticsearch.IndexDocuments;
import dev.diagonal.elasticsearch.PackDocuments;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.elasticsearch.index.RefreshIndex;
import dev.diagonal.jdbc.CreateTable;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.jdbc.write.JdbcWrite;
import dev.diagonal.jdbc.write.WriteToJdbc;
import dev.diagonal.jobs.BatchPlan;
import dev.diagonal.jobs.BatchWorker;
import dev.diagonal.jobs.CreateJobTables;
import dev.diagonal.jobs.ProcessBatches;
import dev.diagonal.jobs.Publication;
import dev.diagonal.jobs.schema.JobTables;
import dev.diagonal.metrics.Written;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptor;

/**
 * The recipes of docs/library.md that need a server: the lines between the marks. {@code
 * ServerRecipesIT} runs them, and {@code RecipesTest} keeps the page the same.
 */
final class ServerRecipes {

  private ServerRecipes() {}

  /** Writes rows of one's own type. */
  static PCollection<Written> writeRows(PCollection<KV<Long, String>> people, JdbcTarget database)
      throws Exception {
    // rows begin
    Table table = Table.of("people", Column.key("id", "bigint"), Column.of("name", "text"));
    CreateTable.ifMissing(database, table);
    JdbcWrite<KV<Long, String>> upsert =
        JdbcWrite.upsert(
            database,
            table,
            (person, values) -> values.putLong(person.getKey()).putText(person.getValue()));
    PCollection<Written> written = people.apply("Upsert", WriteToJdbc.of(upsert).ofRows());
    // rows end
    return written;
  }

  /** Indexes documents of id and JSON. */
  static void indexDocuments(
      Pipeline pipeline, PCollection<KV<String, String>> titles, String elasticsearchUrl)
      throws Exception {
    // documents begin
    ElasticsearchTarget target = ElasticsearchTarget.at(elasticsearchUrl, "titles");
    IndexTemplate.of("{\"properties\": {\"title\": {\"type\": \"text\"}}}").createIfMissing(target);
    titles
        .apply(
            "To documents",
            MapElements.into(TypeDescriptor.of(Document.class))
                .via(title -> Document.of(title.getKey(), title.getValue())))
        .setCoder(Document.coder())
        .apply("Pack", PackDocuments.create())
        .apply("Index", IndexDocuments.into(target));
    pipeline.run().waitUntilFinish();
    RefreshIndex.of(target);
    // documents end
  }

  /** Totals the ratings of a table with workers that share a job table. */
  static Publication.Published totalRatings(Pipeline pipeline, JdbcTarget database)
      throws Exception {
    // batches begin
    JobTables tables =
        JobTables.DEFAULT.withRatings("public.ratings", "rating_id", "movie_id", "rating");
    CreateJobTables.ifMissing(database, tables);
    BatchPlan.Planned planned = BatchPlan.plan(database, tables, 1_000_000, true);
    System.out.println(planned.batches() + " new batches");
    BatchWorker.beginRun(database, tables);
    pipeline.apply("Work", ProcessBatches.in(database, tables).withWorkers(32));
    pipeline.run().waitUntilFinish();
    Publication.Published published = Publication.publish(database, tables, false);
    // batches end
    return published;
  }
}

package dev.diagonal.internal.schematransforms;

import static dev.diagonal.internal.schematransforms.Settings.optional;
import static dev.diagonal.internal.schematransforms.Settings.required;
import static dev.diagonal.internal.schematransforms.Settings.requiredTexts;
import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.elasticsearch.IndexDocuments;
import dev.diagonal.elasticsearch.PackDocuments;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.elasticsearch.index.IndexTemplate;
import dev.diagonal.fault.Secret;
import dev.diagonal.internal.fault.DeadLetterOutput;
import dev.diagonal.internal.rows.NearestName;
import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TupleTag;
import org.jspecify.annotations.Nullable;

/** {@link IndexDocuments} for rows. */
public final class IndexDocumentsProvider extends Provider {

  private static final int BULK_DOCUMENTS = 1_000;

  public IndexDocumentsProvider() {
    super(
        "index_documents",
        "Indexes rows as documents of Elasticsearch or OpenSearch. A document replaces one of the"
            + " same id, so running twice changes nothing. Emits one row per request.",
        true,
        List.of(
            requiredTexts("urls", "The nodes, such as https://host:9200; any live one is used."),
            required("index", "The index, or an alias with one write index."),
            required("id_field", "The field with the id of a document; not null in any row."),
            optional(
                "mapping",
                FieldType.STRING,
                "The mapping, a JSON object with properties, with which a missing index is"
                    + " created; an existing one must have the same types."),
            optional("username", FieldType.STRING, "The user, if one is needed."),
            optional(
                "password",
                FieldType.STRING,
                "The password. A pipeline contains it in clear text; password_file keeps it out"
                    + " of the YAML file."),
            optional(
                "password_file",
                FieldType.STRING,
                "A file whose first line is the password, where the pipeline is built."),
            optional(
                "api_key_file",
                FieldType.STRING,
                "A file whose first line is an API key, instead of a user."),
            optional(
                "bulk_documents",
                FieldType.INT32,
                "The maximum number of documents per request; default " + BULK_DOCUMENTS + ".")));
  }

  @Override
  PCollection<Row> apply(
      PCollectionRowTuple input, Settings settings, @Nullable ErrorHandler<BadRecord, ?> errors)
      throws IOException, InterruptedException {
    PCollection<Row> rows = input.get(INPUT);
    String id = settings.text("id_field");
    checkArgument(
        rows.getSchema().hasField(id),
        "id_field: the input has no field '%s'%s",
        id,
        NearestName.hint(id, rows.getSchema().getFieldNames()));
    ElasticsearchTarget target = target(settings);
    String mapping = settings.optionalText("mapping");
    if (mapping != null) {
      IndexTemplate.of(mapping).createIfMissing(target);
    }
    TupleTag<Document> documents = new TupleTag<>("documents");
    PCollectionTuple converted =
        rows.apply(
            "To documents",
            ParDo.of(new DocumentFn(id, errors != null))
                .withOutputTags(documents, DeadLetterOutput.tags(errors)));
    DeadLetterOutput.route(converted, errors);
    int bulkDocuments = settings.number("bulk_documents", BULK_DOCUMENTS);
    return converted
        .get(documents)
        .setCoder(Document.coder())
        .apply("Pack", PackDocuments.create().withBlockDocuments(bulkDocuments))
        .apply(
            "Index",
            IndexDocuments.into(target)
                .withBulkDocuments(bulkDocuments)
                .withBadRecordErrorHandler(errors))
        .apply("Written", new WrittenRows());
  }

  private static ElasticsearchTarget target(Settings settings) {
    List<String> urls = settings.texts("urls");
    checkArgument(!urls.isEmpty(), "urls is not set");
    ElasticsearchTarget target =
        ElasticsearchTarget.at(urls.get(0), settings.text("index")).withUrls(urls);
    String user = settings.optionalText("username");
    Secret password = settings.secret("password", "password_file");
    Secret apiKey = settings.secretIn("api_key_file");
    checkArgument(
        (user == null) == (password == null), "set username and password together, or neither");
    checkArgument(user == null || apiKey == null, "set either username or api_key_file, not both");
    if (user != null && password != null) {
      return target.withUser(user, password);
    }
    return apiKey == null ? target : target.withApiKey(apiKey);
  }
}

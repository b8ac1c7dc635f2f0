package dev.diagonal.pipelines.options;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/** How documents are indexed in Elasticsearch. */
@OptionGroup(OptionGroup.Heading.ELASTICSEARCH)
@Needs("elasticsearchUrl")
public interface BulkOptions extends ElasticsearchOptions {

  @Description("The maximum number of documents per bulk request")
  @Default.Integer(1_000)
  int getBulkDocuments();

  void setBulkDocuments(int bulkDocuments);

  @Description("The maximum number of bulk requests in flight per process")
  @Default.Integer(4)
  int getBulkRequests();

  void setBulkRequests(int bulkRequests);

  @Description("How many seconds to wait for the response to a bulk request")
  @Default.Integer(120)
  int getRequestTimeoutSeconds();

  void setRequestTimeoutSeconds(int requestTimeoutSeconds);

  @Description("Whether bulk requests are compressed, for slow networks")
  @Default.Boolean(false)
  boolean getBulkGzip();

  void setBulkGzip(boolean bulkGzip);

  @Description(
      "Whether to disable replicas and refreshes of the index during the load, and to restore its"
          + " settings afterwards, even if the load fails")
  @Default.Boolean(false)
  boolean getBulkLoadMode();

  void setBulkLoadMode(boolean bulkLoadMode);
}

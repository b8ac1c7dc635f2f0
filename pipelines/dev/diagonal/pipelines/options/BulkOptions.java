package dev.diagonal.pipelines.options;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/** How documents are put into Elasticsearch, for the commands that do. */
@OptionGroup(OptionGroup.Heading.ELASTICSEARCH)
@Needs("elasticsearchUrl")
public interface BulkOptions extends ElasticsearchOptions {

  @Description("How many documents a bulk request has at most")
  @Default.Integer(1_000)
  int getBulkDocuments();

  void setBulkDocuments(int bulkDocuments);

  @Description("How many bulk requests a process has in flight at most")
  @Default.Integer(4)
  int getBulkRequests();

  void setBulkRequests(int bulkRequests);

  @Description("How many seconds Elasticsearch may take to answer a bulk request")
  @Default.Integer(120)
  int getRequestTimeoutSeconds();

  void setRequestTimeoutSeconds(int requestTimeoutSeconds);

  @Description("Whether bulk requests are compressed, for slow networks")
  @Default.Boolean(false)
  boolean getBulkGzip();

  void setBulkGzip(boolean bulkGzip);

  @Description(
      "Whether the index has no replicas and no refresh during the load, and its own settings again"
          + " after it, also if it fails")
  @Default.Boolean(false)
  boolean getBulkLoadMode();

  void setBulkLoadMode(boolean bulkLoadMode);
}

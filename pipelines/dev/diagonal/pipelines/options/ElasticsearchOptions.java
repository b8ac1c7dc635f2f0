package dev.diagonal.pipelines.options;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** The location of Elasticsearch, and its credentials. */
@OptionGroup(OptionGroup.Heading.ELASTICSEARCH)
@Needs("elasticsearchUrl")
public interface ElasticsearchOptions extends PipelineOptions {

  @Needs("")
  @Description(
      "Elasticsearch: a URL, or several separated by commas for the nodes of one cluster,"
          + " 'embedded' for one that ends with the command, or 'none'")
  @Nullable String getElasticsearchUrl();

  void setElasticsearchUrl(@Nullable String elasticsearchUrl);

  @Description("A file with an API key; or set DIAGONAL_ELASTICSEARCH_API_KEY")
  @Nullable String getElasticsearchApiKeyFile();

  void setElasticsearchApiKeyFile(@Nullable String elasticsearchApiKeyFile);

  @Description("The user of Elasticsearch, if there is no API key")
  @Nullable String getElasticsearchUser();

  void setElasticsearchUser(@Nullable String elasticsearchUser);

  @Description("A file with the user's password; or set DIAGONAL_ELASTICSEARCH_PASSWORD")
  @Nullable String getElasticsearchPasswordFile();

  void setElasticsearchPasswordFile(@Nullable String elasticsearchPasswordFile);

  @Description("A file with a bearer token; or set DIAGONAL_ELASTICSEARCH_BEARER_TOKEN")
  @Nullable String getElasticsearchBearerTokenFile();

  void setElasticsearchBearerTokenFile(@Nullable String elasticsearchBearerTokenFile);

  @Description(
      "A PEM file with the certificates of the authority that signed Elasticsearch's certificate")
  @Nullable String getElasticsearchCaFile();

  void setElasticsearchCaFile(@Nullable String elasticsearchCaFile);

  @Description("The ingest pipeline of the documents; the default is the one that the index names")
  @Nullable String getPipeline();

  void setPipeline(@Nullable String pipeline);
}

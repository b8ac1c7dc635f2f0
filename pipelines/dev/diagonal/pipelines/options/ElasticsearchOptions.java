package dev.diagonal.pipelines.options;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** Where Elasticsearch is. */
@OptionGroup(OptionGroup.Heading.ELASTICSEARCH)
@Needs("elasticsearchUrl")
public interface ElasticsearchOptions extends PipelineOptions {

  @Needs("")
  @Description(
      "Elasticsearch: a URL, several with commas between them for the nodes of one cluster,"
          + " 'embedded' for one that ends with the command, or 'none'")
  @Nullable String getElasticsearchUrl();

  void setElasticsearchUrl(@Nullable String elasticsearchUrl);

  @Description("A file that holds an API key; or set DIAGONAL_ELASTICSEARCH_API_KEY")
  @Nullable String getElasticsearchApiKeyFile();

  void setElasticsearchApiKeyFile(@Nullable String elasticsearchApiKeyFile);

  @Description("The user of Elasticsearch, where there is no API key")
  @Nullable String getElasticsearchUser();

  void setElasticsearchUser(@Nullable String elasticsearchUser);

  @Description("A file that holds the user's password; or set DIAGONAL_ELASTICSEARCH_PASSWORD")
  @Nullable String getElasticsearchPasswordFile();

  void setElasticsearchPasswordFile(@Nullable String elasticsearchPasswordFile);

  @Description("A file that holds a bearer token; or set DIAGONAL_ELASTICSEARCH_BEARER_TOKEN")
  @Nullable String getElasticsearchBearerTokenFile();

  void setElasticsearchBearerTokenFile(@Nullable String elasticsearchBearerTokenFile);

  @Description(
      "A PEM file of the certificates that vouch for Elasticsearch, of a private authority")
  @Nullable String getElasticsearchCaFile();

  void setElasticsearchCaFile(@Nullable String elasticsearchCaFile);

  @Description("The ingest pipeline of the documents; without it, the one that the index names")
  @Nullable String getPipeline();

  void setPipeline(@Nullable String pipeline);
}

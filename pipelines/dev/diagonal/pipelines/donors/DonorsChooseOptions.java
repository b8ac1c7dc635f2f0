package dev.diagonal.pipelines.donors;

import dev.diagonal.pipelines.options.BulkOptions;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The options of {@link DonorsChoose}. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface DonorsChooseOptions extends RunOptions, BulkOptions, CsvInputOptions {

  @Description("Files of projects, 44 columns without a header; plain, gz, bz2 or zst")
  @Nullable List<String> getProjects();

  void setProjects(@Nullable List<String> projects);

  @Description("Files of donations, 23 columns without a header")
  @Nullable List<String> getDonations();

  void setDonations(@Nullable List<String> donations);

  @Description("Files of resources, 8 columns without a header")
  @Nullable List<String> getResources();

  void setResources(@Nullable List<String> resources);

  @Description("The text between two fields, such as ; or ::, or 'tab'")
  @Default.String(",")
  String getDelimiter();

  void setDelimiter(String delimiter);

  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("A directory for the documents as files of JSON lines, one per shard")
  @Nullable String getOutput();

  void setOutput(@Nullable String output);

  /** How the files of documents are compressed. */
  public enum FileCompression {
    none,
    gz,
    bz2,
    zst;

    String suffix() {
      return this == none ? "" : "." + name();
    }
  }

  @Needs("output")
  @OptionGroup(OptionGroup.Heading.OUTPUT)
  @Description("How the files of --output are compressed")
  @Default.Enum("none")
  FileCompression getOutputCompression();

  void setOutputCompression(FileCompression outputCompression);

  @Needs("elasticsearchUrl")
  @OptionGroup(OptionGroup.Heading.ELASTICSEARCH)
  @Description("The index for the documents, created if missing")
  @Default.String("donorschoose")
  String getElasticsearchIndex();

  void setElasticsearchIndex(String elasticsearchIndex);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description("The number of shards of the join; 0 derives it from the sizes of the files")
  @Default.Integer(0)
  int getShards();

  void setShards(int shards);

  @Description("Write sample files to this directory, and do nothing else")
  @Nullable String getGenerate();

  void setGenerate(@Nullable String generate);

  @Needs("generate")
  @Description(
      "How many donations to generate, with a fifth as many projects and three fifths as many resources")
  @Default.Integer(100_000)
  int getGenerateDonations();

  void setGenerateDonations(int generateDonations);
}

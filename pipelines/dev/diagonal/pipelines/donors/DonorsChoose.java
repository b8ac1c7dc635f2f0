package dev.diagonal.pipelines.donors;

import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.usage.Mistakes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Joins the files of DonorsChoose and indexes one document per donation. */
public final class DonorsChoose extends PipelineCommand<DonorsChooseOptions> {

  @Override
  public String name() {
    return "donors-choose";
  }

  @Override
  public String summary() {
    return "donations with their projects and resources, from CSV files into Elasticsearch and JSON"
        + " lines, joined in bounded memory";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "donors-choose --generate=sample --generateDonations=100000",
        "donors-choose --projects=sample/projects.csv --donations=sample/donations.csv"
            + " --resources=sample/resources.csv --output=documents");
  }

  @Override
  public Class<DonorsChooseOptions> options() {
    return DonorsChooseOptions.class;
  }

  @Override
  protected Job plan(DonorsChooseOptions options) {
    if (options.getGenerate() != null) {
      Mistakes mistakes = new Mistakes();
      refuse("output", options.getOutput(), mistakes);
      refuse("elasticsearchUrl", options.getElasticsearchUrl(), mistakes);
      refuse("projects", options.getProjects(), mistakes);
      refuse("donations", options.getDonations(), mistakes);
      refuse("resources", options.getResources(), mistakes);
      mistakes.throwIfAny();
    }
    return options.getGenerate() == null
        ? DonorsChooseJob.of(options)
        : new GenerateDonorsJob(options);
  }

  private static void refuse(String option, @Nullable Object value, Mistakes mistakes) {
    if (value != null) {
      mistakes.add(
          "--generate only writes sample files, so --%s has no effect: remove one of them"
              .formatted(option));
    }
  }
}

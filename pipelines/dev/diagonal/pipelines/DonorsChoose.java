package dev.diagonal.pipelines;

import dev.diagonal.pipelines.cli.Job;
import dev.diagonal.pipelines.cli.PipelineCommand;

/** Prepares and joins the files of DonorsChoose and indexes a document a donation. */
final class DonorsChoose extends PipelineCommand<DonorsChooseOptions> {

  @Override
  public String name() {
    return "donors-choose";
  }

  @Override
  public String summary() {
    return "donations with their projects and resources, from CSV files into Elasticsearch and JSON lines, joined in bounded memory";
  }

  @Override
  public Class<DonorsChooseOptions> options() {
    return DonorsChooseOptions.class;
  }

  @Override
  protected Job plan(DonorsChooseOptions options) {
    return options.getGenerate() == null
        ? DonorsChooseJob.of(options)
        : new GenerateDonorsJob(options);
  }
}

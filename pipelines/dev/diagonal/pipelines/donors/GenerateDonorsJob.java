package dev.diagonal.pipelines.donors;

import dev.diagonal.internal.donors.GenerateFiles;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.usage.UsageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.beam.sdk.Pipeline;

/** Writes sample files for {@link DonorsChoose}. */
final class GenerateDonorsJob implements Job {

  private static final long SEED = 2011;

  private final Path directory;
  private final int donations;

  GenerateDonorsJob(DonorsChooseOptions options) {
    RunOptions.refuseLimit(options, "--generate reads nothing; set --generateDonations");
    this.directory = Path.of(String.valueOf(options.getGenerate()));
    this.donations = options.getGenerateDonations();
    if (donations < 5 || donations > 1_000_000_000) {
      throw new UsageException(
          "--generateDonations must be within 5 to 1000000000, got " + donations);
    }
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw new UsageException("--generate takes a directory, and '" + directory + "' is a file");
    }
    if (options.getProjects() != null
        || options.getDonations() != null
        || options.getResources() != null) {
      throw new UsageException("use either --generate or the files to read");
    }
  }

  @Override
  public List<String> describe() {
    return List.of(
        String.format(
            Locale.ROOT,
            "writes:  %,d projects, %,d donations and %,d resources to %s",
            donations / 5,
            donations,
            donations * 3L / 5,
            directory));
  }

  @Override
  public long inputBytes() {
    return 0;
  }

  @Override
  public long heapBytes() {
    return 64L << 20;
  }

  @Override
  public Set<EmbeddedServers.Kind> embeddedServers() {
    return Set.of();
  }

  @Override
  public boolean hasPipeline() {
    return false;
  }

  @Override
  public List<Output> build(Pipeline pipeline, ServerUrls servers) {
    return List.of();
  }

  @Override
  public void complete() throws Exception {
    GenerateFiles.into(directory, donations, SEED);
  }

  @Override
  public List<String> report() {
    return List.of(
        describe().get(0).replace("writes:  ", "wrote "),
        "next: donors-choose --projects='%s/projects*' --donations='%s/donations*' --resources='%s/resources*'"
            .formatted(directory, directory, directory));
  }
}

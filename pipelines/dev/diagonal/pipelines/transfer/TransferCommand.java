package dev.diagonal.pipelines.transfer;

import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.run.Job;
import dev.diagonal.pipelines.servers.EmbeddedServers;
import dev.diagonal.pipelines.transfer.job.TransferColumns;
import dev.diagonal.pipelines.transfer.job.TransferJob;
import dev.diagonal.pipelines.transfer.spec.OptionsSpec;
import dev.diagonal.pipelines.transfer.spec.TransferOptions;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import java.util.EnumSet;
import java.util.Set;

/** One transfer, from {@code --from} to {@code --to}: the short form of {@link Transfer}. */
public final class TransferCommand extends PipelineCommand<TransferOptions> {

  @Override
  public String name() {
    return "transfer";
  }

  @Override
  public String summary() {
    return "rows between CSV, JSON lines, Parquet, PostgreSQL and Elasticsearch, one transfer or a"
        + " plan of many";
  }

  @Override
  public Class<TransferOptions> options() {
    return TransferOptions.class;
  }

  @Override
  protected Job plan(TransferOptions options) {
    TransferSpec spec = OptionsSpec.of(options);
    TransferColumns.check(spec, options);
    return new TransferJob(spec, options, embedded(options), null, null, null);
  }

  private static Set<EmbeddedServers.Kind> embedded(TransferOptions options) {
    Set<EmbeddedServers.Kind> embedded = EnumSet.noneOf(EmbeddedServers.Kind.class);
    if (OptionsSpec.EMBEDDED.equals(options.getJdbcUrl())) {
      embedded.add(EmbeddedServers.Kind.POSTGRES);
    }
    if (OptionsSpec.EMBEDDED.equals(options.getElasticsearchUrl())) {
      embedded.add(EmbeddedServers.Kind.ELASTICSEARCH);
    }
    return embedded;
  }
}

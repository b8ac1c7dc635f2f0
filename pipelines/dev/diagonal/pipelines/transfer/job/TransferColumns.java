package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.internal.files.FirstLines;
import dev.diagonal.internal.rows.NearestName;
import dev.diagonal.internal.transfer.run.RowTransfer;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.pipelines.options.HeaderCheck;
import dev.diagonal.pipelines.options.ParquetInput;
import dev.diagonal.pipelines.run.Job.ServerUrls;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromCsv;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromFiles;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.usage.Mistakes;
import dev.diagonal.pipelines.usage.UsageException;
import java.util.List;

/** Checks a transfer against the columns of its files, before it connects to a server. */
public final class TransferColumns {

  private TransferColumns() {}

  /**
   * Checks what does not need a server: the delimiter, the columns of the mapping and the keys of
   * tables.
   *
   * @throws UsageException with all mismatches
   */
  public static void check(TransferSpec spec, RunOptions options) {
    if (!(spec.from() instanceof FromFiles files)) {
      return;
    }
    BlockSource source;
    try {
      source = new TransferInput(spec, options, null, null).open(ServerUrls.TO_COME);
    } catch (BadInputException | UsageException e) {
      throw new UsageException("--from: " + e.getMessage(), e);
    } catch (Exception e) {
      return; // the run reports it
    }
    Mistakes mistakes = new Mistakes();
    if (files instanceof FromCsv csv) {
      checkDelimiter(csv, source, mistakes);
      mistakes.throwIfAny();
    }
    RowTransfer rows = mistakes.value(() -> RowTransfer.of(source, spec.mapping(), List.of()));
    mistakes.throwIfAny();
    List<String> columns = rows == null ? List.of() : rows.rows().names();
    for (ToJdbc table : spec.tables()) {
      for (String key : table.key()) {
        if (!columns.contains(key)) {
          mistakes.add(
              "--key: there is no column '%s'%s".formatted(key, NearestName.hint(key, columns)));
        }
      }
    }
    mistakes.throwIfAny();
  }

  private static void checkDelimiter(FromCsv csv, BlockSource source, Mistakes mistakes) {
    boolean utf8 = csv.format().encoding().equalsIgnoreCase("UTF-8");
    if (source.declared().names().size() == 1 && csv.format().header() && utf8) {
      InputFiles files = InputFiles.matching(csv.files());
      FirstLines first =
          FirstLines.of(files, ParquetInput.FORMAT, csv.format().dialect().skipped());
      String name = files.files().get(0).name();
      boolean unused =
          new HeaderCheck(name, first, true, csv.format().dialect().delimiter(), mistakes)
              .delimiter();
    }
  }
}

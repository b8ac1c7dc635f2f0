package dev.diagonal.internal.transfer.run;

import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.transfer.receipt.HashedSink;
import dev.diagonal.internal.transfer.sink.JoinPartsFn;
import dev.diagonal.internal.transfer.sink.RangeWritten;
import dev.diagonal.internal.transfer.sink.SealStageFn;
import dev.diagonal.internal.transfer.sink.StageSink;
import dev.diagonal.internal.transfer.write.BlockSink;
import dev.diagonal.internal.transfer.write.FileSink;
import dev.diagonal.metrics.Written;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;

/**
 * Accounts for what the ranges of a transfer have written to each sink. Joins the parts of files
 * and seals stages.
 *
 * @param rows the rows that the sinks receive
 */
record SinkAccounts(List<BlockSink> sinks, RowType rows) {

  PCollection<Written> of(PCollection<RangeWritten> written) {
    PCollectionList<Written> accounts = PCollectionList.empty(written.getPipeline());
    for (int i = 0; i < sinks.size(); i++) {
      accounts = accounts.and(account(i, written));
    }
    return accounts.apply("Accounts", Flatten.pCollections());
  }

  private PCollection<Written> account(int index, PCollection<RangeWritten> all) {
    String step = RowTransfer.step(index);
    PCollection<RangeWritten> mine =
        all.apply(step + " ranges", Filter.by(each -> each.sink() == index));
    BlockSink sink = HashedSink.writing(sinks.get(index));
    if (sink != sinks.get(index)) {
      mine =
          mine.apply(RowTransfer.checksumStep(index), ParDo.of(new ChecksumFn()))
              .setCoder(new RangeWritten.WrittenCoder());
    }
    PCollection<Written> written;
    if (sink instanceof FileSink file) {
      written =
          gather(index, all, mine).apply(step + " join", ParDo.of(new JoinPartsFn(file, rows)));
    } else if (sink instanceof StageSink stage) {
      written =
          gather(index, all, mine).apply(step + " seal", ParDo.of(new SealStageFn(stage.stage())));
    } else {
      written = mine.apply(step + " account", ParDo.of(new AccountFn(sink.describe())));
    }
    return written
        .setCoder(Written.coder())
        .apply(step, ParDo.of(new CountFn()))
        .setCoder(Written.coder());
  }

  /** Returns the results of all ranges as one group, which exists even if there are no ranges. */
  private static PCollection<KV<Integer, Iterable<RangeWritten>>> gather(
      int index, PCollection<RangeWritten> all, PCollection<RangeWritten> mine) {
    String step = RowTransfer.step(index);
    PCollection<RangeWritten> never =
        all.getPipeline()
            .apply(
                step + " at least this",
                Create.of(new RangeWritten(RangeWritten.NONE, index, 0, ""))
                    .withCoder(new RangeWritten.WrittenCoder()));
    return PCollectionList.of(mine)
        .and(never)
        .apply(step + " parts", Flatten.pCollections())
        .apply(step + " key", WithKeys.of(0))
        .setCoder(KvCoder.of(VarIntCoder.of(), new RangeWritten.WrittenCoder()))
        .apply(step + " gather", GroupByKey.create());
  }

  private static final class AccountFn extends DoFn<RangeWritten, Written> {
    private final String target;

    AccountFn(String target) {
      this.target = target;
    }

    @ProcessElement
    public void account(@Element RangeWritten range, OutputReceiver<Written> written) {
      written.output(new Written(target, range.rows(), 1, 0, range.changes()));
    }
  }

  private static final class CountFn extends DoFn<Written, Written> {
    @ProcessElement
    public void count(@Element Written written, OutputReceiver<Written> out) {
      Counted.ROWS_WRITTEN.add(written.rows());
      Counted.add(written.changes());
      out.output(written);
    }
  }
}

package dev.diagonal.internal.transfer.run;

import dev.diagonal.internal.metrics.Counted;
import dev.diagonal.internal.transfer.receipt.Checksum;
import dev.diagonal.internal.transfer.sink.RangeWritten;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.DoFn;

/** Counts the checksums of ranges, 32 bits to a counter: {@code checksum_0} and so on. */
final class ChecksumFn extends DoFn<RangeWritten, RangeWritten> {

  @ProcessElement
  public void count(@Element RangeWritten range, OutputReceiver<RangeWritten> out) {
    for (int limb = 0; limb < Checksum.LIMBS; limb++) {
      Metrics.counter(Counted.NAMESPACE, Checksum.counter(limb)).inc(range.checksum().limb(limb));
    }
    out.output(range);
  }
}

package dev.diagonal.files;

import dev.diagonal.files.stored.InputFile;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/**
 * Emits each file, identified by name and size, only the first time it comes. Remembers names as
 * long as the pipeline runs, across restarts.
 *
 * <p>The source cannot do this alone, although its checkpoints contain names too: when a job is
 * restored on Flink, Beam 2.62 starts the source twice, once from the checkpoint and once empty.
 */
final class EachOnceFn extends DoFn<KV<String, InputFile>, KV<String, InputFile>> {

  private static final String SEEN = "seen";

  @StateId(SEEN)
  private final StateSpec<ValueState<Long>> seenSpec = StateSpecs.value(VarLongCoder.of());

  @ProcessElement
  public void pass(
      @Element KV<String, InputFile> file,
      @StateId(SEEN) ValueState<Long> seen,
      OutputReceiver<KV<String, InputFile>> files) {
    if (seen.read() == null) {
      seen.write(file.getValue().bytes());
      files.output(file);
    }
  }
}

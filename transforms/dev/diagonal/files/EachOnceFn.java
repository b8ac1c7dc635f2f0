package dev.diagonal.files;

import dev.diagonal.files.stored.InputFile;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/**
 * Each file by its name and size when it comes first, and never again: names are kept for as long
 * as the pipeline goes on, across restarts.
 *
 * <p>Not left to the source, though its checkpoints have names too: when a job is restored on
 * Flink, Beam 2.62 starts the source twice, once from the checkpoint and once from nothing.
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

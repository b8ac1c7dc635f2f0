package dev.diagonal.textfile;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import dev.diagonal.metrics.Written;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;

/**
 * Files of dead letters in a directory, for a stream that has no end at which there could be one
 * file: lines as {@link WriteDeadLetters} has them, sorted in each file.
 *
 * <p>Each bundle leaves a file, or a few if it is large, under {@code bad-<hash>.jsonl}, where the
 * hash is that of the text: a file appears as a whole, is never changed, and a bundle that is
 * repeated writes the same file again. A bundle that is cut in another way when it is repeated
 * writes some lines a second time, byte for byte: every bad record is there once at least, and
 * {@code sort -u} over all files leaves each once.
 *
 * <p>Input: in any windows. Output: a {@link Written} a file, in the global window, whose target is
 * the directory. How many records there may be is for those to bound who find them.
 */
public final class WriteDeadLetterFiles
    extends PTransform<PCollection<BadRecord>, PCollection<Written>> {

  private final String directory;

  private WriteDeadLetterFiles(String directory) {
    this.directory = directory;
  }

  /**
   * Writes to this directory, which is created if it is missing.
   *
   * @throws IllegalArgumentException if {@code directory} is empty
   */
  public static WriteDeadLetterFiles into(String directory) {
    checkArgument(!directory.isEmpty(), "directory must not be empty");
    return new WriteDeadLetterFiles(directory);
  }

  @Override
  public PCollection<Written> expand(PCollection<BadRecord> badRecords) {
    return badRecords
        .apply("Global window", Window.into(new GlobalWindows()))
        .apply("Dead letters", ParDo.of(new WriteDeadLetterFilesFn(directory)))
        .setCoder(Written.coder());
  }
}

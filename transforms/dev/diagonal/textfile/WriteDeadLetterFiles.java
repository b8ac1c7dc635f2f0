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
 * Writes files of dead letters to a directory, for an unbounded input, which has no end at which
 * one file could be written. Lines have the format of {@link WriteDeadLetters} and are sorted
 * within each file.
 *
 * <p>Each bundle writes one file, or a few if it is large, named {@code bad-<hash>.jsonl} after the
 * hash of its text. A file appears atomically and is never changed, and a repeated bundle writes
 * the same file again. If the repeated bundle has other elements, some lines are written twice,
 * byte for byte: every bad record is present at least once, and {@code sort -u} over all files
 * removes the duplicates.
 *
 * <p>Input: in any windows. Output: one {@link Written} per file, in the global window, whose
 * target is the directory. The readers limit the number of bad records.
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

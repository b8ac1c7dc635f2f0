package dev.diagonal.internal.transfer.resume;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.output.KeptParts;
import dev.diagonal.internal.files.output.RunFiles;
import dev.diagonal.internal.files.stored.RangeChecksum;
import dev.diagonal.internal.transfer.parquet.OpenParquet;
import dev.diagonal.internal.transfer.receipt.Checksum;
import dev.diagonal.internal.transfer.sink.RangeWritten;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.internal.transfer.write.FileSink;
import dev.diagonal.metrics.Changes;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ranges of files that are finished in all sinks of a transfer, which are files too: a later
 * run uses their parts. With each part there is a checksum of the bytes of its range; the later run
 * reads these bytes again to compare it, so that a source file that has changed is noticed.
 *
 * @param sinks all sinks of the transfer
 * @param files the files that are read
 * @param parquet whether they are Parquet files
 */
public record FinishedParts(List<FileSink> sinks, InputFiles files, boolean parquet)
    implements Serializable {

  public FinishedParts {
    sinks = List.copyOf(sinks);
  }

  /**
   * Returns what an interrupted run has written of a range, for each sink, or null if the range is
   * not finished.
   *
   * @throws BadInputException if the range has changed since
   */
  public @Nullable List<RangeWritten> find(SourceRange range) throws IOException {
    List<KeptParts.Part> parts = new ArrayList<>();
    for (FileSink sink : sinks) {
      KeptParts.Part part = KeptParts.of(sink.path()).find(range.index());
      if (part == null) {
        return null;
      }
      parts.add(part);
    }
    String now = "%016x".formatted(checksumOf(range));
    List<RangeWritten> written = new ArrayList<>();
    for (int i = 0; i < sinks.size(); i++) {
      String[] more = parts.get(i).more().split(" ", -1);
      if (!more[0].equals(now)) {
        throw new BadInputException(
            "%s has changed since the interrupted transfer has read its bytes %s to %s: start without --resume"
                .formatted(range.place(), range.start(), range.end()));
      }
      RunFiles run = RunFiles.at(sinks.get(i).path(), sinks.get(i).run());
      written.add(
          new RangeWritten(
              range.index(),
              i,
              Long.parseLong(more[1]),
              KeptParts.of(sinks.get(i).path()).use(run, parts.get(i), range.index()),
              Changes.UNKNOWN,
              new Checksum(
                  Long.parseUnsignedLong(more[2], 16), Long.parseUnsignedLong(more[3], 16))));
    }
    return written;
  }

  /** Keeps what was written of a range, for each sink. */
  public void add(SourceRange range, List<RangeWritten> written) throws IOException {
    long checksum = checksumOf(range);
    for (int i = 0; i < sinks.size(); i++) {
      FileSink sink = sinks.get(i);
      RangeWritten each = written.get(i);
      KeptParts.of(sink.path())
          .add(
              RunFiles.at(sink.path(), sink.run()),
              each.part(),
              range.index(),
              "%016x %s %016x %016x"
                  .formatted(checksum, each.rows(), each.checksum().high(), each.checksum().low()));
    }
  }

  private long checksumOf(SourceRange range) throws IOException {
    InputFile file = files.named(range.place());
    return parquet
        ? OpenParquet.checksum(file, range.start(), range.end())
        : RangeChecksum.of(file, range.start(), range.end());
  }
}

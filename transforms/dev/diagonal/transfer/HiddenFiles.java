package dev.diagonal.transfer;

import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;

/** The parts of a text file that stand beside it while it is written. */
public final class HiddenFiles {

  private HiddenFiles() {}

  /** Deletes all that runs have left which did not come to their end. */
  public static void delete(String path) throws IOException {
    ResourceId file = FileSystems.matchNewResource(path, false);
    String pattern = file.getCurrentDirectory() + TextFileSink.hiddenPrefix(path) + "*";
    MatchResult found = FileSystems.match(pattern, EmptyMatchTreatment.ALLOW);
    if (found.status() == MatchResult.Status.OK) {
      List<ResourceId> parts =
          found.metadata().stream().map(MatchResult.Metadata::resourceId).toList();
      FileSystems.delete(parts, StandardMoveOptions.IGNORE_MISSING_FILES);
    }
  }
}

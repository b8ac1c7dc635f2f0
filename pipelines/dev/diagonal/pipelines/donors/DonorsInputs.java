package dev.diagonal.pipelines.donors;

import dev.diagonal.csv.CsvDialect;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.source.CsvFiles;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.pipelines.dryrun.ShownRows;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.CsvFormat;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of the three joined tables, and the settings that depend on their sizes. */
record DonorsInputs(Input projects, Input donations, Input resources) {

  /**
   * The assumed compression factor. Measured: files that {@code --generate} writes shrink to a
   * third of their size, with 100,000 and with 300,000 donations; real essays are more repetitive.
   */
  private static final int COMPRESSION = 6;

  /** The size of a project and its resources in a shard, relative to their bytes. */
  private static final int BUILD_GROWTH = 4;

  private static final long SHARD_BYTES = 64L << 20;
  private static final long WAITING_BYTES = 32L << 20;
  private static final long SHARDS_PER_READER = 4;

  /** The heap for the packer's buffers and a shard. */
  static final long READER_HEAP_BYTES = (16L << 20) + SHARD_BYTES + WAITING_BYTES;

  /**
   * The files of one table.
   *
   * @param patterns as they were given
   * @param files that exist
   */
  record Input(List<String> patterns, InputFiles files) {
    static Input of(String option, @Nullable List<String> patterns) {
      if (patterns == null) {
        throw new UsageException(
            "--%s is missing; --generate=<directory> writes files to try".formatted(option));
      }
      try {
        return new Input(patterns, InputFiles.matching(patterns));
      } catch (BadInputException e) {
        throw new UsageException("--" + option + ": " + e.getMessage(), e);
      }
    }

    long textBytes() {
      return files.files().stream()
          .mapToLong(file -> file.splittable() ? file.bytes() : file.bytes() * COMPRESSION)
          .sum();
    }

    String describe(String what) {
      return "reads:   %-9s  %s".formatted(what, files.describe());
    }
  }

  /**
   * @throws UsageException if an option is missing, or matches no file
   */
  static DonorsInputs of(DonorsChooseOptions options) {
    return new DonorsInputs(
        Input.of("projects", options.getProjects()),
        Input.of("donations", options.getDonations()),
        Input.of("resources", options.getResources()));
  }

  /** Returns the first donations, before they are joined; none if they come from a pipe. */
  ShownRows firstDonations(CsvDialect dialect) throws Exception {
    List<RowBlock> first = new ArrayList<>();
    if (donations.files().hasPipes()) {
      return new ShownRows(List.of("donations"), List.of());
    }
    CsvFiles source =
        CsvFiles.of(
            donations.patterns(),
            new CsvFormat(dialect, false, List.of(), "UTF-8", null),
            RangePlan.DEFAULT);
    try (RowBlockReader reader = source.open(source.ranges().get(0), ShownRows.MOST)) {
      RowBlock block = reader.next(bad -> {});
      if (block != null) {
        first.add(block);
      }
    } finally {
      source.close();
    }
    return ShownRows.of(source.blockType(), first);
  }

  List<String> describe() {
    return List.of(
        projects.describe("projects"),
        donations.describe("donations"),
        resources.describe("resources"));
  }

  /** Returns the total size of all files. */
  long bytes() {
    return projects.files().totalBytes()
        + donations.files().totalBytes()
        + resources.files().totalBytes();
  }

  /** Returns the estimated size of the uncompressed text of all files. */
  long textBytes() {
    return projects.textBytes() + donations.textBytes() + resources.textBytes();
  }

  /**
   * Returns the smallest number of shards for which the build side of a shard, and the waiting
   * donations, fit their budgets.
   */
  int shards(int readers) {
    long build = (projects.textBytes() + resources.textBytes()) * BUILD_GROWTH;
    long needed =
        Math.max(
            (build + SHARD_BYTES - 1) / SHARD_BYTES,
            (donations.textBytes() + WAITING_BYTES - 1) / WAITING_BYTES);
    return (int) Math.min(4096, Math.max(needed, SHARDS_PER_READER * readers));
  }
}

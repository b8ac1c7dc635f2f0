package dev.diagonal.pipelines.options;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.RecordFormat;
import dev.diagonal.internal.transfer.parquet.ParquetJars;
import dev.diagonal.internal.transfer.parquet.ParquetRecords;

/** Lets commands that read lines also read Parquet files. */
public final class ParquetInput {

  /** Reads files whose names end in {@code .parquet}. */
  public static final RecordFormat FORMAT = new ParquetRecords();

  private ParquetInput() {}

  /**
   * Returns the files.
   *
   * @throws IllegalArgumentException if a file is a Parquet file and the jars of Parquet are
   *     missing
   */
  public static InputFiles checked(InputFiles files) {
    if (files.files().stream().anyMatch(FORMAT::matches)) {
      ParquetJars.require();
    }
    return files;
  }
}

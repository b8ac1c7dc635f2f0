package dev.diagonal.internal.transfer.parquet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.testing.DuckDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpenParquetTest {

  private static final int RANGES = 10;

  private final Path file;

  OpenParquetTest(@TempDir Path directory) {
    this.file = directory.resolve("in.parquet");
  }

  @BeforeEach
  void write() throws Exception {
    try (DuckDb duck = DuckDb.open()) {
      Path unused =
          duck.write(
              "SELECT i, md5(i::VARCHAR) AS t FROM range(20000) r(i)", file, "row_group_size 2048");
    }
  }

  private List<Long> checksums() throws IOException {
    InputFile found = InputFiles.matching(List.of(file.toString())).files().get(0);
    List<Long> checksums = new ArrayList<>();
    for (long range = 0; range < RANGES; range++) {
      checksums.add(
          OpenParquet.checksum(
              found, range * found.bytes() / RANGES, (range + 1) * found.bytes() / RANGES));
    }
    return checksums;
  }

  /** Changes a byte of the file and returns how many checksums of ranges have changed. */
  private long changedBy(int index) throws IOException {
    List<Long> before = checksums();
    byte[] bytes = Files.readAllBytes(file);
    bytes[index] ^= 1;
    Files.write(file, bytes);
    List<Long> after = checksums();
    return IntStream.range(0, RANGES).filter(i -> !before.get(i).equals(after.get(i))).count();
  }

  @Test
  void checksumCoversRowGroupsOfItsRange() throws Exception {
    assertThat(changedBy((int) (Files.size(file) / 2))).isEqualTo(1);
  }

  @Test
  void aChecksumCoversTheFooter() throws Exception {
    int writer = new String(Files.readAllBytes(file), ISO_8859_1).lastIndexOf("DuckDB");
    assertThat(writer).isPositive();

    assertThat(changedBy(writer)).isEqualTo(RANGES);
  }
}

package dev.diagonal.internal.transfer.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.transfer.source.CsvFiles;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.transfer.mapping.Mapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FirstDifferenceTest {

  private static final List<ComparedColumn> COLUMNS =
      List.of(new ComparedColumn(0, Canonical.NUMBER, 0), new ComparedColumn(1, Canonical.TEXT, 0));

  @TempDir private Path directory;

  private TypedRows rows(String name, String lines) throws Exception {
    Path file = Files.writeString(directory.resolve(name), "id,name\n" + lines.replace(' ', '\n'));
    CsvFiles csv =
        CsvFiles.of(List.of(file.toString()), CsvFormat.DEFAULT, RangePlan.DEFAULT.forReaders(1));
    return TypedRows.of(csv, Mapping.NONE, 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1,a 2,b 3,c | 1,a 2,b 3,c | ",
        "1,a 2,b 3,c | 1,a 2,B 4,c | row 2 is the first that differs, in column name",
        "1,a 2,b 3,c | 1,a 2,b 4, | row 3 is the first that differs, in column id, name",
        "1,a 2,b 3,c | 1,a 2,b | it ends after row 2",
        "1,a | 1,a 2,b | it has more rows after row 1"
      })
  void theFirstRowIsFound(String sent, String found, String difference) throws Exception {
    assertThat(
            FirstDifference.between(
                rows("sent.csv", sent),
                COLUMNS,
                rows("found.csv", found),
                COLUMNS,
                List.of("id", "name")))
        .isEqualTo(difference);
  }
}

package dev.diagonal.pipelines.jobfiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AbsolutePathsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--input=a.csv | --input=HERE/a.csv",
        "--input=a/*.csv,/b.csv,s3://c/d | --input=HERE/a/*.csv,/b.csv,s3://c/d",
        "--badRecords=bad.jsonl | --badRecords=HERE/bad.jsonl",
        "--from=csv:a.csv,b.csv | --from=csv:HERE/a.csv,HERE/b.csv",
        "--to=jdbc:ratings,jsonl:out.jsonl.gz | --to=jdbc:ratings,jsonl:HERE/out.jsonl.gz",
        "--to=parquet:out.parquet | --to=parquet:HERE/out.parquet",
        "--to=elasticsearch:ratings | --to=elasticsearch:ratings",
        "--from=jdbc: | --from=jdbc:",
        "--inputQuery=a.csv | --inputQuery=a.csv",
        "--summary=s.json | --summary=s.json",
        "--header | --header"
      })
  void makesOnlyWorkerFilePathsAbsolute(String given, String expected) {
    String here = Path.of("").toAbsolutePath().toString();
    assertThat(AbsolutePaths.in(List.of(given))).containsExactly(expected.replace("HERE", here));
  }
}

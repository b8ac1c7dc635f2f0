package dev.diagonal.pipelines.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without Beam, which knows the options of every runner that a test before has used. */
final class UnknownOptionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          false | coat             | unknown option --coat; did you mean --coats?
          false | Coats            | unknown option --Coats; did you mean --coats?
          false | straming         | unknown option --straming; did you mean --streaming?
          false | runer            | unknown option --runer; did you mean --runner?
          false | paralelism       | unknown option --paralelism; did you mean --parallelism?
          false | zzzzzzzzzzzz     | unknown option --zzzzzzzzzzzz
          false | parallelism      | --parallelism is an option of the FlinkRunner, but this run uses the DirectRunner; use --targetParallelism
          false | flinkMaster      | --flinkMaster is an option of the FlinkRunner, but this run uses the DirectRunner; use --runner=FlinkRunner
          false | objectReuse      | --objectReuse is an option of the FlinkRunner, but this run uses the DirectRunner
          true  | targetParallelism | --targetParallelism is an option of the DirectRunner, but this run uses the FlinkRunner; use --parallelism
          false | jdbcPassword     | unknown option --jdbcPassword: other users can read a command line; use --jdbcPasswordFile or set DIAGONAL_JDBC_PASSWORD
          """)
  void explainsWhatMayBeMeant(boolean isFlink, String name, String message) {
    assertThat(UnknownOption.explain(name, ColourOptions.class, isFlink)).isEqualTo(message);
  }
}

package dev.diagonal.pipelines.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShownOptionsTest {

  @ParameterizedTest
  @CsvSource({
    "--key=id, --key=id",
    "--jdbcPasswordFile=password, --jdbcPasswordFile=password",
    "--awsSecretAccessKey=abc, --awsSecretAccessKey=…",
    "--token=abc, --token=…",
    "--elasticsearchUrl=https://me:hidden@search:9200, --elasticsearchUrl=https://…@search:9200",
  })
  void leavesSecretsOut(String given, String shown) {
    assertThat(ShownOptions.shown(given)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "--jdbcUrl=jdbc:postgresql://db/x?user=me&password=hidden",
    "--jdbcUrl=jdbc:postgresql://me:hidden@db/x",
    "--jdbcUrl=jdbc:mysql://me:hidden@db/x",
  })
  void leavesPasswordsOfUrlsOut(String given) {
    assertThat(ShownOptions.shown(given)).startsWith("--jdbcUrl=jdbc:").doesNotContain("hidden");
  }
}

package dev.diagonal.jobs.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class JobTablesTest {

  @Test
  void namesAreQuotedAndMarkTheBatches() {
    JobTables tables = JobTables.DEFAULT.withRatings("a\"b.c", "id", "film", "Stars");
    assertThat(tables.source()).isEqualTo("\"a\"\"b\".\"c\" (\"id\", \"film\", \"Stars\")");
    assertThat(tables.withUserColumn("who").source()).isEqualTo(tables.source());
    assertThat(tables.withBatches("x").withStaging("y").withTotals("z"))
        .returns("\"x\"", JobTables::batchesSql)
        .returns("\"y\"", JobTables::stagingSql)
        .returns("\"z\"", JobTables::totalsSql);
  }

  @Test
  void tablesOfOneNameAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobTables.DEFAULT.withTotals("staging.movie_ratings"))
        .withMessageStartingWith("the four tables of a job must have different names, got [");
  }

  @Test
  void refusesDuplicateColumnsAndBlankNames() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobTables.DEFAULT.withUserColumn("movie_id"))
        .withMessageContaining("movie_id");
    assertThatIllegalArgumentException().isThrownBy(() -> JobTables.DEFAULT.withBatches(""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JobTables.DEFAULT.withRatings("r", "", "movie_id", "rating"));
  }
}

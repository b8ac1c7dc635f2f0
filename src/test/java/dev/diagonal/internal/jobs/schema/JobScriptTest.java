package dev.diagonal.internal.jobs.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.jobs.schema.JobTables;
import org.junit.jupiter.api.Test;

class JobScriptTest {

  private static final JobTables NAMED =
      JobTables.DEFAULT
          .withBatches("wo\"rk.all batches")
          .withStaging("parts")
          .withTotals("marts.\"ratings\"")
          .withRatings("raw.r$1", "the id", "mo\"vie", "\\1");

  @Test
  void insertsQuotedNames() {
    assertThat(JobScript.batches(NAMED))
        .contains("CREATE TABLE IF NOT EXISTS \"wo\"\"rk\".\"all batches\" (")
        .contains("CREATE INDEX IF NOT EXISTS \"all batches_claimable\"")
        .contains("ON \"wo\"\"rk\".\"all batches\" (failures")
        .doesNotContain("aggregation_batches\"");
    assertThat(JobScript.totals(NAMED))
        .contains("CREATE TABLE IF NOT EXISTS \"parts\" (")
        .contains("CREATE TABLE IF NOT EXISTS \"marts\".\"\"\"ratings\"\"\" (")
        .doesNotContain("\"movie_ratings\"");
    assertThat(JobScript.ratings(NAMED, false))
        .contains("CREATE TABLE IF NOT EXISTS \"raw\".\"r$1\" (")
        .contains("\"the id\" bigint", "\"mo\"\"vie\"", "\"\\1\"", "place       uuid UNIQUE")
        .doesNotContain("\"rating\"", "UNIQUE (");
    assertThat(JobScript.ratings(NAMED, true)).contains("UNIQUE (\"user_id\", \"mo\"\"vie\")");
  }

  @Test
  void doesNotReplaceInsideSubstitutedNames() {
    assertThat(
            JobScript.ratings(
                JobTables.DEFAULT.withRatings("r", "user", "rating", "movie_id"), false))
        .contains("\"rating\"  bigint NOT NULL")
        .contains("\"movie_id\"    numeric(10,3) NOT NULL");
  }

  @Test
  void schemasAreLeftToTheCaller() {
    assertThat(JobScript.batches(JobTables.DEFAULT) + JobScript.totals(JobTables.DEFAULT))
        .doesNotContain("CREATE SCHEMA");
  }

  @Test
  void indexNamesFitIntoAnIdentifier() {
    String script = JobScript.batches(JobTables.DEFAULT.withBatches("jobs." + "ä".repeat(31)));
    assertThat(script).contains("\"" + "ä".repeat(26) + "_claimable\"");
  }
}

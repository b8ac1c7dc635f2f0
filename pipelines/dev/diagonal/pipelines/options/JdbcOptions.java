package dev.diagonal.pipelines.options;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** The location of the database, and its credentials. */
@OptionGroup(OptionGroup.Heading.DATABASE)
public interface JdbcOptions extends PipelineOptions {

  @Description(
      "The database: a JDBC URL, 'embedded' for one that ends with the command, or 'none'. In a URL"
          + " of PostgreSQL, socketTimeout=SECONDS limits how long to wait for data: default"
          + " 120, or 1800 when rows are read")
  @Nullable String getJdbcUrl();

  void setJdbcUrl(@Nullable String jdbcUrl);

  @Needs("jdbcUrl")
  @Description("The user of the database")
  @Nullable String getJdbcUser();

  void setJdbcUser(@Nullable String jdbcUser);

  @Needs("jdbcUrl")
  @Description("A file with the user's password; or set DIAGONAL_JDBC_PASSWORD")
  @Nullable String getJdbcPasswordFile();

  void setJdbcPasswordFile(@Nullable String jdbcPasswordFile);

  /** The location of the database that is read, if another one is written. */
  @OptionGroup(OptionGroup.Heading.DATABASE)
  interface OfInput extends PipelineOptions {

    @Description("The database that is read, if it is not that of --jdbcUrl")
    @Nullable String getInputJdbcUrl();

    void setInputJdbcUrl(@Nullable String inputJdbcUrl);

    @Needs("inputJdbcUrl")
    @Description("The user of --inputJdbcUrl")
    @Nullable String getInputJdbcUser();

    void setInputJdbcUser(@Nullable String inputJdbcUser);

    @Needs("inputJdbcUrl")
    @Description("A file with the password of --inputJdbcUser; or set DIAGONAL_INPUT_JDBC_PASSWORD")
    @Nullable String getInputJdbcPasswordFile();

    void setInputJdbcPasswordFile(@Nullable String inputJdbcPasswordFile);
  }
}

package dev.diagonal.pipelines.taxi;

import dev.diagonal.pipelines.options.ConflictFreeOptions;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.FileChangeOptions;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.JdbcOptions;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.usage.OptionGroup;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.Validation;
import org.jspecify.annotations.Nullable;

/** The options of {@link TaxiTrips}. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface TaxiTripsOptions
    extends RunOptions,
        JdbcOptions,
        InternalSchemaOptions,
        ConflictFreeOptions,
        FileChangeOptions,
        CsvInputOptions {

  @Description(
      "Files of trips with a header: files, globs or directories; plain, gz, bz2, zst or Parquet. A trip is"
          + " identified by file name and byte offset: PostgreSQL refuses changed files of the same name")
  @Validation.Required
  List<String> getInput();

  void setInput(List<String> input);

  @Description("Files of zones with a header; without them, zones have no names")
  @Nullable List<String> getZones();

  void setZones(@Nullable List<String> zones);

  @Description("The text between two fields, such as ; or ::, or 'tab'")
  @Default.String(",")
  String getDelimiter();

  void setDelimiter(String delimiter);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("PostgreSQL's table of the trips, created if missing: table or schema.table")
  @Default.String("trips")
  String getTripsTable();

  void setTripsTable(String tripsTable);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("PostgreSQL's table of the zones, created if missing: table or schema.table")
  @Default.String("zones")
  String getZonesTable();

  void setZonesTable(String zonesTable);
}

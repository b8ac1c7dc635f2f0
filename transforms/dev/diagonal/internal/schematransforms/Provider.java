package dev.diagonal.internal.schematransforms;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.SchemaTransform;
import org.apache.beam.sdk.schemas.transforms.SchemaTransformProvider;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler;
import org.apache.beam.sdk.transforms.errorhandling.ErrorHandler.BadRecordErrorHandler;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionRowTuple;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * A transform with at most one input {@value #INPUT}, the output {@value #OUTPUT} and, if {@code
 * error_handling} names it, an output of bad records. Without {@code error_handling}, the first bad
 * record fails the run.
 */
abstract class Provider implements SchemaTransformProvider {

  static final String INPUT = "input";
  static final String OUTPUT = "output";

  private final String name;
  private final String description;
  private final Schema settings;
  private final boolean hasInput;

  /**
   * @param name the middle part of the identifier
   * @param settings the settings, without {@code error_handling}
   */
  Provider(String name, String description, boolean hasInput, List<Schema.Field> settings) {
    this.name = name;
    this.description = description;
    this.hasInput = hasInput;
    this.settings = Schema.builder().addFields(settings).addFields(Settings.ERRORS).build();
  }

  /**
   * Applies the transform.
   *
   * @param input the input; only its pipeline if there is none
   * @param errors receives bad records, or null if the first one fails the run
   */
  abstract PCollection<Row> apply(
      PCollectionRowTuple input, Settings settings, @Nullable ErrorHandler<BadRecord, ?> errors)
      throws IOException, SQLException, InterruptedException;

  @Override
  public final String identifier() {
    return "dev.diagonal:" + name + ":v1";
  }

  @Override
  public final String description() {
    return description;
  }

  @Override
  public final Schema configurationSchema() {
    return settings;
  }

  @Override
  public final List<String> inputCollectionNames() {
    return hasInput ? List.of(INPUT) : List.of();
  }

  @Override
  public final List<String> outputCollectionNames() {
    return List.of(OUTPUT);
  }

  @Override
  public final SchemaTransform from(Row configuration) {
    return new Applied(this, new Settings(configuration));
  }

  private static final class Applied extends SchemaTransform {
    private final transient Provider provider;
    private final transient Settings settings;

    Applied(Provider provider, Settings settings) {
      this.provider = provider;
      this.settings = settings;
    }

    @Override
    public PCollectionRowTuple expand(PCollectionRowTuple input) {
      String badRecords = settings.errorOutput();
      if (badRecords == null) {
        return PCollectionRowTuple.of(OUTPUT, output(input, null));
      }
      checkArgument(
          !badRecords.equals(OUTPUT), "error_handling.output must not be '%s'", badRecords);
      BadRecordErrorHandler<PCollection<Row>> handler =
          input.getPipeline().registerBadRecordErrorHandler(new ErrorRows());
      PCollection<Row> output = output(input, handler);
      handler.close();
      return PCollectionRowTuple.of(OUTPUT, output)
          .and(badRecords, java.util.Objects.requireNonNull(handler.getOutput()));
    }

    private PCollection<Row> output(
        PCollectionRowTuple input, @Nullable ErrorHandler<BadRecord, ?> errors) {
      try {
        return provider.apply(input, settings, errors);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(provider.identifier() + " was interrupted", e);
      } catch (IOException | SQLException e) {
        throw new IllegalStateException(provider.identifier() + ": " + e.getMessage(), e);
      }
    }
  }
}

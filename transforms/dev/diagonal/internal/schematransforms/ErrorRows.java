package dev.diagonal.internal.schematransforms;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.fault.DeadLetter;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.providers.ErrorHandling;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.errorhandling.BadRecord;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Converts bad records to the rows that Beam's schema transforms emit for them. The failed row is
 * the line of the file, the row as JSON, or the document that was refused, in UTF-8.
 */
final class ErrorRows extends PTransform<PCollection<BadRecord>, PCollection<Row>> {

  static final Schema SCHEMA = ErrorHandling.errorSchemaBytes();

  @Override
  public PCollection<Row> expand(PCollection<BadRecord> records) {
    return records
        .apply("To rows", MapElements.into(TypeDescriptors.rows()).via(ErrorRows::of))
        .setRowSchema(SCHEMA);
  }

  static Row of(BadRecord bad) {
    String description = bad.getFailure().getDescription();
    if (Document.coder().getClass().getName().equals(bad.getRecord().getCoder())) {
      return row(source(bad), description + ": " + bad.getFailure().getException());
    }
    return row(DeadLetter.of(bad).record().getBytes(UTF_8), description);
  }

  private static byte[] source(BadRecord bad) {
    try {
      return CoderUtils.decodeFromByteArray(Document.coder(), bad.getRecord().getEncodedRecord())
          .source();
    } catch (CoderException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Row row(byte[] failed, String message) {
    return Row.withSchema(SCHEMA).addValues(failed, message).build();
  }
}

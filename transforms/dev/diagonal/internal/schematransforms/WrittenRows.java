package dev.diagonal.internal.schematransforms;

import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptors;

/** Converts what was written to rows: one per transaction or request, after it was committed. */
final class WrittenRows extends PTransform<PCollection<Written>, PCollection<Row>> {

  static final Schema SCHEMA =
      Schema.builder()
          .addStringField("target")
          .addInt64Field("rows")
          .addInt64Field("added")
          .addInt64Field("changed")
          .addInt64Field("unchanged")
          .addInt64Field("replaced")
          .addInt64Field("dropped")
          .addInt64Field("unmatched")
          .addInt64Field("unconfirmed")
          .addInt32Field("attempts")
          .addInt64Field("millis")
          .build();

  @Override
  public PCollection<Row> expand(PCollection<Written> written) {
    return written
        .apply("Receipt", MapElements.into(TypeDescriptors.rows()).via(WrittenRows::of))
        .setRowSchema(SCHEMA);
  }

  private static Row of(Written written) {
    Changes changes = written.changes();
    return Row.withSchema(SCHEMA)
        .addValues(
            written.target(),
            written.rows(),
            changes.added(),
            changes.changed(),
            changes.unchanged(),
            changes.replaced(),
            changes.dropped(),
            changes.unmatched(),
            changes.unconfirmed(),
            written.attempts(),
            written.millis())
        .build();
  }
}

package dev.diagonal.internal.schematransforms;

import dev.diagonal.elasticsearch.DocumentsOf;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.metrics.Counted;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.errorhandling.BadRecordRouter;
import org.apache.beam.sdk.values.Row;

/** Converts rows to documents. A row without an id, or with a value that JSON lacks, is bad. */
final class DocumentFn extends DoFn<Row, Document> {

  private final SerializableFunction<Row, Document> documents;
  private final boolean routeBadRecords;

  DocumentFn(String idField, boolean routeBadRecords) {
    this.documents = DocumentsOf.rows(idField);
    this.routeBadRecords = routeBadRecords;
  }

  @ProcessElement
  public void convert(@Element Row row, MultiOutputReceiver output, OutputReceiver<Document> main) {
    Document document;
    try {
      document = documents.apply(row);
    } catch (IllegalArgumentException e) {
      Counted.BAD_RECORDS.add(1);
      DeadLetter letter =
          DeadLetter.ofRow(String.valueOf(e.getMessage()), new ShownRow(row).toString());
      if (!routeBadRecords) {
        throw new BadInputException(letter.describe());
      }
      output.get(BadRecordRouter.BAD_RECORD_TAG).output(letter.toBadRecord());
      return;
    }
    main.output(document);
  }
}

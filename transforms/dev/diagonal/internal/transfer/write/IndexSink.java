package dev.diagonal.internal.transfer.write;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.Operation;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.elasticsearch.bulk.BulkListener;
import dev.diagonal.internal.elasticsearch.bulk.BulkWriter;
import dev.diagonal.internal.elasticsearch.bulk.RefusedDocument;
import dev.diagonal.internal.elasticsearch.index.IndexCheck;
import dev.diagonal.internal.elasticsearch.index.IndexFields;
import dev.diagonal.internal.jdbc.table.RowAt;
import dev.diagonal.internal.rows.BadValueException;
import dev.diagonal.internal.rows.Columns;
import dev.diagonal.internal.rows.JsonFormatter;
import dev.diagonal.internal.rows.Reject;
import dev.diagonal.internal.rows.Rejects;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.Template;
import dev.diagonal.internal.rows.ValueFormatter;
import dev.diagonal.internal.transfer.document.KeywordColumn;
import dev.diagonal.internal.transfer.document.VersionColumn;
import dev.diagonal.internal.transfer.document.WholeColumn;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.metrics.Changes;
import dev.diagonal.metrics.Written;
import dev.diagonal.transfer.mapping.DocumentColumns;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An index of Elasticsearch, with one document per row. {@link JsonFormatter} writes its source, a
 * {@link DocumentColumns} its id. {@link #prepared} gives the index fields of the columns' types.
 */
public final class IndexSink implements BlockSink {

  private final BulkSettings settings;
  private final DocumentColumns columns;
  private final Operation operation;
  private final Set<String> wholeFields;
  private final Set<String> keywordFields;

  private IndexSink(
      BulkSettings settings,
      DocumentColumns columns,
      Operation operation,
      Set<String> wholeFields,
      Set<String> keywordFields) {
    this.settings = settings;
    this.columns = columns;
    this.operation = operation;
    this.wholeFields = Set.copyOf(wholeFields);
    this.keywordFields = Set.copyOf(keywordFields);
  }

  /**
   * Returns a sink that indexes documents.
   *
   * @param settings where documents go
   * @param columns what ids, versions and routings are made of
   */
  public static IndexSink of(BulkSettings settings, DocumentColumns columns) {
    return new IndexSink(settings, columns, Operation.INDEX, Set.of(), Set.of());
  }

  /**
   * Checks the names of columns and those that ids, versions and routings are made of.
   *
   * @throws IllegalArgumentException if a column is unknown, has the wrong type, or has a name that
   *     no field can have
   */
  public void check(RowType type) {
    DocumentFields.check(columns, type);
    DocumentFields.checkNames(type);
  }

  /**
   * Creates the index if it is missing, gives it a field for each column that it does not map yet,
   * and returns the sink that fits it.
   *
   * @param warnings gets what could not be done and does not fail the run
   * @throws IOException if Elasticsearch cannot be reached, or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public IndexSink prepared(RowType type, Consumer<String> warnings)
      throws IOException, InterruptedException {
    IndexFields fields =
        IndexFields.add(settings.target(), DocumentFields.mapping(type, columns.text()));
    if (fields.warning() != null) {
      warnings.accept(fields.warning());
    }
    if (fields.isDataStream()) {
      DocumentFields.checkDataStream(settings.target(), type, columns.version());
    }
    return new IndexSink(
        settings,
        columns,
        fields.isDataStream() ? Operation.CREATE : Operation.INDEX,
        fields.wholeNumbers(),
        fields.keywords());
  }

  /**
   * Checks that the index can take rows, and changes nothing.
   *
   * @return whether it exists or would be created, and which fields it would get
   * @throws IllegalArgumentException if a column does not fit
   * @throws IOException if Elasticsearch cannot be reached, or refuses
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public String look(RowType type) throws IOException, InterruptedException {
    check(type);
    return new IndexCheck(settings.target()).lenient(DocumentFields.mapping(type, columns.text()));
  }

  @Override
  public String describe() {
    return settings.target().toString();
  }

  @Override
  public RowBlockWriter open(SourceRange range, RowType type) {
    return new IndexWriter(this, type);
  }

  private static final class IndexWriter implements RowBlockWriter, BulkListener<RowAt> {

    private static final int NO_ROUTING = -1;

    private final Template id;
    private final JsonFormatter form;
    private final VersionColumn version;
    private final int routing;
    private final Operation operation;
    private final List<WholeColumn> wholeColumns;
    private final List<KeywordColumn> keywordColumns;
    private final BulkWriter<RowAt> writer;
    private final ByteBuilder text = new ByteBuilder(1 << 10);
    private Rejects rejects = line -> {};
    private long written;
    private long superseded;
    private Changes changes = Changes.UNKNOWN;

    IndexWriter(IndexSink sink, RowType type) {
      this.id = Template.of(sink.columns.key(), sink.columns.idFormat(), type);
      this.form = new JsonFormatter(type);
      this.version = VersionColumn.of(sink.columns.version(), type);
      String route = sink.columns.routing();
      this.routing = route == null ? NO_ROUTING : Columns.indexOf(type, route);
      this.operation = sink.operation;
      this.wholeColumns = WholeColumn.of(sink.wholeFields, type);
      this.keywordColumns = KeywordColumn.of(sink.keywordFields, type);
      this.writer = BulkWriter.open(sink.settings, this);
    }

    @Override
    public void write(RowBlock block, Rejects to) throws Exception {
      rejects = to;
      for (int row = 0; row < block.rows(); row++) {
        try {
          writer.accept(document(block, row), new RowAt(block, row));
        } catch (BadValueException e) {
          Reject.to(to, block, row, String.valueOf(e.getMessage()));
        }
      }
    }

    private Document document(RowBlock block, int row) throws BadValueException {
      text.clear();
      if (!id.put(block, row, text)) {
        throw new BadValueException("a column of the document's id is null");
      }
      for (WholeColumn column : wholeColumns) {
        column.check(block, row);
      }
      for (KeywordColumn column : keywordColumns) {
        column.check(block, row);
      }
      String name = text.toString();
      text.clear();
      form.put(block, row, text);
      Document document =
          new Document(name, Arrays.copyOf(text.array(), text.size())).withOperation(operation);
      if (routing != NO_ROUTING) {
        document = document.withRouting(routing(block, row));
      }
      return version.isNone() ? document : document.withVersion(version.of(block, row));
    }

    private String routing(RowBlock block, int row) throws BadValueException {
      text.clear();
      if (!block.isNull(row, routing)) {
        ValueFormatter.put(block, row, routing, text);
      }
      if (text.size() == 0) {
        throw new BadValueException("the routing column is null or empty");
      }
      return text.toString();
    }

    @Override
    public long finish(Rejects to) throws Exception {
      rejects = to;
      writer.flush();
      return written;
    }

    @Override
    public long written() {
      return written;
    }

    @Override
    public long superseded() {
      return superseded;
    }

    @Override
    public void indexed(RowAt place, int documents) {
      written += documents;
    }

    @Override
    public void superseded(RowAt place, int documents) {
      superseded += documents;
    }

    @Override
    public void refused(RowAt row, RefusedDocument document) throws Exception {
      Reject.to(rejects, row.block(), row.row(), document.describe());
    }

    @Override
    public void ended(RowAt first, Written account) {
      changes = changes.plus(account.changes());
    }

    @Override
    public Changes changes() {
      return changes;
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}

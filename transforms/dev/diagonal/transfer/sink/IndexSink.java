package dev.diagonal.transfer.sink;

import dev.diagonal.bytes.ByteBuilder;
import dev.diagonal.elasticsearch.bulk.BulkListener;
import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.BulkWriter;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.Operation;
import dev.diagonal.elasticsearch.bulk.RefusedDocument;
import dev.diagonal.elasticsearch.index.IndexFields;
import dev.diagonal.metrics.Written;
import dev.diagonal.rows.BadValueException;
import dev.diagonal.rows.JsonFormatter;
import dev.diagonal.rows.Reject;
import dev.diagonal.rows.Rejects;
import dev.diagonal.rows.RowBlock;
import dev.diagonal.rows.RowType;
import dev.diagonal.rows.VersionColumn;
import dev.diagonal.rows.WholeColumn;
import dev.diagonal.transfer.mapping.DocumentId;
import dev.diagonal.transfer.mapping.Template;
import dev.diagonal.transfer.source.SourceRange;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An index of Elasticsearch, with one document per row. {@link JsonFormatter} writes its source, a
 * {@link DocumentId} its id. {@link #prepared} gives the index fields of the columns' types.
 */
public final class IndexSink implements TransferSink {

  private final BulkSettings settings;
  private final DocumentId id;
  private final @Nullable String versionColumn;
  private final Operation operation;
  private final Set<String> wholeFields;

  private IndexSink(
      BulkSettings settings,
      DocumentId id,
      @Nullable String versionColumn,
      Operation operation,
      Set<String> wholeFields) {
    this.settings = settings;
    this.id = id;
    this.versionColumn = versionColumn;
    this.operation = operation;
    this.wholeFields = Set.copyOf(wholeFields);
  }

  /**
   * Returns a sink that indexes documents.
   *
   * @param settings where documents go
   * @param id what their ids are made of
   * @param versionColumn the column of their versions, or null for none
   */
  public static IndexSink of(BulkSettings settings, DocumentId id, @Nullable String versionColumn) {
    return new IndexSink(settings, id, versionColumn, Operation.INDEX, Set.of());
  }

  /**
   * Checks ids, version and names of columns.
   *
   * @throws IllegalArgumentException if a column is unknown, cannot be a version, or has a name
   *     that no field can have
   */
  public void check(RowType type) {
    Template unused = id.of(type);
    VersionColumn unusedToo = VersionColumn.of(versionColumn, type);
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
    IndexFields fields = IndexFields.add(settings.target(), DocumentFields.mapping(type, id.key()));
    if (fields.warning() != null) {
      warnings.accept(fields.warning());
    }
    if (fields.isDataStream()) {
      DocumentFields.checkDataStream(settings.target(), type, versionColumn);
    }
    return new IndexSink(
        settings,
        id,
        versionColumn,
        fields.isDataStream() ? Operation.CREATE : Operation.INDEX,
        fields.wholeNumbers());
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

    private final Template id;
    private final JsonFormatter form;
    private final VersionColumn version;
    private final Operation operation;
    private final List<WholeColumn> wholeColumns;
    private final BulkWriter<RowAt> writer;
    private final ByteBuilder text = new ByteBuilder(1 << 10);
    private Rejects rejects = line -> {};
    private long written;
    private long superseded;

    IndexWriter(IndexSink sink, RowType type) {
      this.id = sink.id.of(type);
      this.form = new JsonFormatter(type);
      this.version = VersionColumn.of(sink.versionColumn, type);
      this.operation = sink.operation;
      this.wholeColumns = WholeColumn.of(sink.wholeFields, type);
      this.writer = BulkWriter.open(sink.settings, this);
    }

    @Override
    public void write(RowBlock block, Rejects to) throws Exception {
      rejects = to;
      for (int row = 0; row < block.rows(); row++) {
        try {
          writer.accept(document(block, row), new RowAt(block, row));
        } catch (BadValueException e) {
          to.reject(Reject.of(block, row, String.valueOf(e.getMessage())));
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
      String name = text.toString();
      text.clear();
      form.put(block, row, text);
      Document document =
          new Document(name, Arrays.copyOf(text.array(), text.size())).withOperation(operation);
      return version.isNone() ? document : document.withVersion(version.of(block, row));
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
      rejects.reject(Reject.of(row.block(), row.row(), document.describe()));
    }

    @Override
    public void ended(RowAt first, Written account) {}

    @Override
    public void close() {
      writer.close();
    }
  }
}

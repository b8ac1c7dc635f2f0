package dev.diagonal.transfer;

import dev.diagonal.elasticsearch.BulkListener;
import dev.diagonal.elasticsearch.BulkSettings;
import dev.diagonal.elasticsearch.BulkWriter;
import dev.diagonal.elasticsearch.Document;
import dev.diagonal.elasticsearch.RefusedDocument;
import dev.diagonal.write.Written;
import java.util.Arrays;

/**
 * An index of Elasticsearch, with a document a row: {@link JsonForm} its source, a format of
 * columns its id. A missing index is made by Elasticsearch as it guesses.
 */
public final class IndexSink implements TransferSink {

  private final BulkSettings settings;
  private final String id;

  /**
   * @param settings where documents go
   * @param id a text with columns in braces, as {@code {userId}-{movieId}}
   */
  public IndexSink(BulkSettings settings, String id) {
    this.settings = settings;
    this.id = id;
  }

  /**
   * Checks the format of ids.
   *
   * @throws IllegalArgumentException if it is none, or a column is unknown
   */
  public void check(RowType type) {
    Template unused = new Template(id, type);
  }

  @Override
  public String describe() {
    return settings.target().toString();
  }

  @Override
  public RowBlockWriter open(SourceRange range, RowType type) {
    return new IndexWriter(settings, new Template(id, type), new JsonForm(type));
  }

  private static final class IndexWriter implements RowBlockWriter, BulkListener<RowAt> {

    private final Template id;
    private final JsonForm form;
    private final BulkWriter<RowAt> writer;
    private final Bytes text = new Bytes(1 << 10);
    private Rejects rejects = line -> {};
    private long written;

    IndexWriter(BulkSettings settings, Template id, JsonForm form) {
      this.id = id;
      this.form = form;
      this.writer = BulkWriter.open(settings, this);
    }

    @Override
    public void write(RowBlock block, Rejects to) throws Exception {
      rejects = to;
      for (int row = 0; row < block.rows(); row++) {
        text.clear();
        if (!id.put(block, row, text)) {
          to.reject(Reject.of(block, row, "a column of the document's id is null"));
          continue;
        }
        String name = text.toString();
        text.clear();
        form.put(block, row, text);
        writer.accept(
            new Document(name, Arrays.copyOf(text.array(), text.size())), new RowAt(block, row));
      }
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
    public void indexed(RowAt place, int documents) {
      written += documents;
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

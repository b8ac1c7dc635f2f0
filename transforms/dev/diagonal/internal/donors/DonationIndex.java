package dev.diagonal.internal.donors;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.internal.elasticsearch.bulk.BulkListener;
import dev.diagonal.internal.elasticsearch.bulk.BulkWriter;
import dev.diagonal.internal.elasticsearch.bulk.RefusedDocument;
import dev.diagonal.metrics.Written;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Indexes documents by bulk requests, some in flight while the next one fills, and holds no other
 * documents. A shard is finished when all of its documents are in effect or refused.
 */
final class DonationIndex implements DocumentSink {

  private final BulkSettings settings;
  private final Account account = new Account();
  private @Nullable BulkWriter<Account> writer;

  DonationIndex(BulkSettings settings) {
    this.settings = settings;
  }

  /** The results of the documents of a shard, which the writer reports on this thread. */
  private static final class Account implements BulkListener<Account> {
    private LineConsumer.@Nullable Output<Written> output;
    private Written written = Written.nothing("");

    @Override
    public void indexed(Account place, int documents) {}

    @Override
    public void refused(Account place, RefusedDocument document) {
      if (output != null) {
        output.reject(
            DeadLetter.ofRow(document.describe(), new String(document.document().source(), UTF_8)));
      }
    }

    @Override
    public void ended(Account first, Written request) {
      written = written.plus(request);
    }
  }

  @Override
  public void open(int shard) {
    account.written = Written.nothing(settings.target().index());
    if (writer == null) {
      writer = BulkWriter.open(settings, account);
    }
  }

  @Override
  public void accept(
      byte[] id, int idStart, int idEnd, JsonBytes json, LineConsumer.Output<Written> output) {
    account.output = output;
    Document document =
        new Document(new String(id, idStart, idEnd - idStart, UTF_8), json.toByteArray());
    guarded(() -> writer().accept(document, account));
  }

  @Override
  public void finish(LineConsumer.Output<Written> output) {
    account.output = output;
    guarded(() -> writer().flush());
    output.emit(account.written);
  }

  @Override
  public void close() {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }

  private BulkWriter<Account> writer() {
    if (writer == null) {
      throw new IllegalStateException("there is no shard");
    }
    return writer;
  }

  private interface Call {
    void run() throws IOException, InterruptedException;
  }

  private static void guarded(Call call) {
    try {
      call.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new InterruptedIOException("interrupted while indexing"));
    }
  }
}

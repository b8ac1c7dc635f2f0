package dev.diagonal.pipelines.transfer.job;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.textfile.DeadLetterFile;
import dev.diagonal.internal.transfer.sink.StageSink;
import dev.diagonal.internal.transfer.sink.Staged;
import dev.diagonal.internal.transfer.sink.StagedTable;
import dev.diagonal.internal.transfer.sink.StagedTables;
import dev.diagonal.internal.transfer.source.BlockSource;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.jdbc.table.Table;
import dev.diagonal.pipelines.options.DeadLetters;
import dev.diagonal.pipelines.transfer.spec.TransferSpec;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tables of one transfer that change atomically at its end, or at the end of its group.
 * Thread-safe: abandoning waits for a publication in progress.
 */
final class StagedSinks {

  /** What is done at the end, for a progress line. */
  static final String PUBLISHING = "publishing the tables";

  private final DeadLetters deadLetters;
  private final @Nullable Consumer<StagedTables> publisher;
  private final Map<String, Long> refused = new ConcurrentHashMap<>();
  private @Nullable StagedTables staged;
  private volatile String step = "";
  private volatile Publication publication = Publication.NONE;

  /** How far the publication is. */
  enum Publication {
    NONE,
    BEGUN,
    COMMITTED
  }

  /**
   * @param publisher takes the stages once they are filled, or null to publish them then
   */
  StagedSinks(DeadLetters deadLetters, @Nullable Consumer<StagedTables> publisher) {
    this.deadLetters = deadLetters;
    this.publisher = publisher;
  }

  /** Creates a stage and returns the sink that fills it. */
  synchronized StageSink sink(
      ToJdbc to, JdbcTarget database, Table table, BlockSource source, TransferSpec spec)
      throws Exception {
    LedgerSettings ledger = spec.ledger();
    StagedTables tables = staged;
    if (tables == null) {
      tables = StagedTables.open(database, new InternalSchema(ledger.schema()), "transfer");
      staged = tables;
    }
    StagedTable.Mode mode = StagedTable.Mode.valueOf(to.mode().name().toUpperCase(Locale.ROOT));
    StagedTable stage = tables.add(table, mode, source, new ToDeadLetters("table " + to.table()));
    return new StageSink(stage, spec.commitRows(), ledger.withRun(tables.run()));
  }

  /** Publishes the stages, or passes them to the publisher. */
  synchronized void publish() throws Exception {
    StagedTables tables = staged;
    if (tables == null) {
      return;
    }
    if (publisher == null) {
      publication = Publication.BEGUN;
      long unused = StagedTables.publish(List.of(tables), System.err::println, next -> step = next);
      publication = Publication.COMMITTED;
    } else {
      publisher.accept(tables);
    }
    staged = null;
  }

  /** Returns how far the publication is, on any thread. That of a group is not known here. */
  Publication publication() {
    return publication;
  }

  /** Returns what {@link #publish} does at the moment, on any thread. */
  String phase() {
    return PUBLISHING + step;
  }

  /** Drops the stages that were neither published nor passed on. */
  synchronized void abandon() throws Exception {
    StagedTables tables = staged;
    staged = null;
    if (tables != null) {
      tables.abandon();
    }
  }

  /** Returns how many rows each target has refused. Rows of a group are counted at its end. */
  Map<String, Long> refused() {
    return Map.copyOf(refused);
  }

  /** Adds rows that a target refuses to the dead letters, or fails. */
  private final class ToDeadLetters implements Staged.Refused {

    private final String target;
    private final @Nullable DeadLetterFile file;

    ToDeadLetters(String target) {
      this.target = target;
      String path = deadLetters.path();
      this.file = path == null ? null : DeadLetterFile.at(path, deadLetters.most());
    }

    @Override
    public long most() {
      return file == null ? 0 : deadLetters.most();
    }

    @Override
    public void take(List<DeadLetter> rows) {
      if (file == null) {
        throw new BadInputException(rows.get(0).describe());
      }
      try {
        file.add(rows);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      refused.put(target, (long) rows.size());
    }
  }
}

package dev.diagonal.internal.jdbc.relationships;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compares input files with the files of the same names whose rows a statement has already written,
 * before anything is written. It reads every file once: a changed row would have the id of an
 * earlier one, and a statement such as {@code INSERT … ON CONFLICT DO NOTHING} would skip it.
 */
public final class StatementFiles {

  private final JdbcTarget database;
  private final FileRecord record;

  private StatementFiles(JdbcTarget database, FileRecord record) {
    this.database = database;
    this.record = record;
  }

  /**
   * Returns the files that statements have loaded into a database.
   *
   * @param schema Diagonal's schema, if the database is PostgreSQL
   */
  public static StatementFiles of(JdbcTarget database, InternalSchema schema) {
    return new StatementFiles(database, FileRecord.of(database, schema));
  }

  /**
   * Refuses files that have changed, and then records the others. Warns if the user may not create
   * the record, and of pipes, which cannot be compared.
   *
   * @throws BadInputException if a file has changed; then nothing is recorded
   * @throws SQLException if the database cannot be reached or refuses
   */
  public void compare(InputFiles input) throws SQLException, InterruptedException {
    String unusable = record.create();
    if (unusable != null) {
      LoadedFiles.warnOfNoRecord(unusable);
      return;
    }
    input.files().stream()
        .filter(InputFile::isPipe)
        .forEach(
            pipe ->
                Warnings.warn(
                    "%s is a pipe, so it cannot be compared with what was loaded under this name before"
                        .formatted(pipe.name())));
    Map<Long, FileFacts> known = byFile(record.find());
    refuseOtherSizes(input, known);
    List<FileFacts> files = files(input).map(FileFacts::of).toList();
    refuseChanged(files, known);
    String notAdded =
        record.add(files.stream().filter(file -> !known.containsKey(file.file())).toList());
    if (notAdded != null) {
      LoadedFiles.warnOfNoRecord(notAdded);
    }
    // Another process may have recorded a file of the same name meanwhile.
    refuseChanged(files, byFile(record.find()));
  }

  /**
   * Compares files as {@link #compare} does, and records nothing. It reads only files that are
   * recorded, with the same size.
   *
   * @return what was compared
   * @throws BadInputException if a file has changed
   */
  public String look(InputFiles input) throws SQLException, InterruptedException {
    Map<Long, FileFacts> known = byFile(record.look());
    refuseOtherSizes(input, known);
    List<InputFile> loaded =
        files(input).filter(file -> known.containsKey(Piece.fileOf(file.name()))).toList();
    refuseChanged(loaded.stream().map(FileFacts::of).toList(), known);
    return "%s of %s were loaded by a statement before, and have not changed"
        .formatted(loaded.size(), files(input).count());
  }

  private static Stream<InputFile> files(InputFiles input) {
    return input.files().stream().filter(file -> !file.isPipe());
  }

  private static Map<Long, FileFacts> byFile(List<FileFacts> files) {
    Map<Long, FileFacts> byFile = new HashMap<>();
    files.forEach(file -> byFile.put(file.file(), file));
    return byFile;
  }

  /** Refuses what needs no reading. */
  private void refuseOtherSizes(InputFiles input, Map<Long, FileFacts> known) {
    files(input)
        .forEach(
            file -> {
              FileFacts before = known.get(Piece.fileOf(file.name()));
              if (before != null) {
                refuse(before, file.name(), before.changeTo(file.bytes()));
              }
            });
  }

  private void refuseChanged(List<FileFacts> files, Map<Long, FileFacts> known) {
    for (FileFacts file : files) {
      FileFacts before = known.get(file.file());
      if (before != null) {
        refuse(before, file.name(), before.changeTo(file));
      }
    }
  }

  private void refuse(FileFacts before, String name, @Nullable String change) {
    if (change != null) {
      throw new BadInputException(
          "%s has changed since a load of it into %s began: %s. The database may have rows of its earlier content, even if that load failed, and new rows would be mistaken for them: the edge_id of a row is built from file name and place. Load the file under another name, or delete these rows and then its record: %s"
              .formatted(name, database, change, record.deletionOf(before)));
    }
  }
}

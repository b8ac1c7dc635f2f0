package dev.diagonal.internal.jdbc.relationships;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.metrics.Warnings;
import dev.diagonal.jdbc.connection.JdbcTarget;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
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
   * Refuses files that have changed, and records the others. Warns if the user may not create the
   * record, and of pipes, which cannot be compared.
   *
   * @throws BadInputException if a file has changed
   * @throws SQLException if the database cannot be reached or refuses
   */
  public void compare(InputFiles input) throws SQLException, InterruptedException {
    String unusable = record.create();
    if (unusable != null) {
      Warnings.warn("files that change under the same name will not be detected: " + unusable);
      return;
    }
    List<FileFacts> files = new ArrayList<>();
    for (InputFile file : input.files()) {
      if (file.isPipe()) {
        Warnings.warn(
            "%s is a pipe, so it cannot be compared with what was loaded under this name before"
                .formatted(file.name()));
      } else {
        files.add(FileFacts.of(file));
      }
    }
    List<FileFacts> known = record.find();
    refuseChanged(files, known);
    record.add(files.stream().filter(file -> !isKnown(file, known)).toList());
    // Another process may have recorded a file of the same name meanwhile.
    refuseChanged(files, record.find());
  }

  /**
   * Compares files as {@link #compare} does, and records nothing.
   *
   * @return what was compared
   * @throws BadInputException if a file has changed
   */
  public String look(InputFiles input) throws SQLException, InterruptedException {
    List<FileFacts> known = record.look();
    List<FileFacts> files =
        input.files().stream().filter(file -> !file.isPipe()).map(FileFacts::of).toList();
    refuseChanged(files, known);
    long loaded = files.stream().filter(file -> isKnown(file, known)).count();
    return "%s of %s were loaded by a statement before, and have not changed"
        .formatted(loaded, files.size());
  }

  private static boolean isKnown(FileFacts file, List<FileFacts> known) {
    return known.stream().anyMatch(other -> other.file() == file.file());
  }

  private void refuseChanged(List<FileFacts> files, List<FileFacts> known) {
    for (FileFacts file : files) {
      for (FileFacts before : known) {
        @Nullable String change = before.file() == file.file() ? before.changeTo(file) : null;
        if (change != null) {
          throw new BadInputException(
              "%s has changed since a statement wrote its rows to %s: %s. The edge_id of a row is built from file name and place, so new rows would be taken for earlier ones. Load the file under another name, or delete its rows and then its record: %s"
                  .formatted(file.name(), database, change, record.deletionOf(before)));
        }
      }
    }
  }
}

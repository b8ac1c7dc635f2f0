package dev.diagonal.internal.jobs;

import dev.diagonal.files.Piece;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.relationships.FilesOfRows;
import dev.diagonal.jobs.schema.JobTables;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Where ratings are loaded.
 *
 * @param onePerUserAndMovie whether one rating of a movie by a user is kept, or all are
 * @param files records the files that ratings are from, or null
 */
record LoadTarget(
    JdbcTarget database,
    JobTables tables,
    boolean onePerUserAndMovie,
    @Nullable FilesOfRows<Piece> files)
    implements Serializable {}

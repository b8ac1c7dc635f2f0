package dev.diagonal.internal.jobs;

import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.jdbc.table.FilesOfRows;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jobs.schema.JobTables;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The target of loaded ratings.
 *
 * @param onePerUserAndMovie whether one rating per user and movie is kept instead of all
 * @param files detects changes of the input files, or null
 */
record LoadTarget(
    JdbcTarget database,
    JobTables tables,
    boolean onePerUserAndMovie,
    @Nullable FilesOfRows<Piece> files)
    implements Serializable {}

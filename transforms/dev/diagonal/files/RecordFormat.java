package dev.diagonal.files;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.stored.InputFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A format of files that hold records and not lines of text. Each record is read as a line of CSV,
 * with commas and quotes, and each file as one with a header: so {@link LineConsumer} reads it.
 */
public interface RecordFormat extends Serializable {

  /** Whether a file is in this format, by its name. */
  boolean matches(InputFile file);

  /** Opens the records that a range of a file holds; every record is in one of its ranges. */
  Records open(FileRange range) throws IOException;

  /** The records of a range. Used by one thread. */
  interface Records extends Closeable {

    /** Returns the names of all columns, as a line without its end. */
    String header();

    /** Leaves the columns that are not wanted, by their positions from 0, empty. */
    void select(IntPredicate wanted);

    /**
     * Returns the next record as a line that ends with {@code '\n'}, or null at the end.
     *
     * @param rejects gets records that cannot be a line
     */
    byte @Nullable [] next(Consumer<DeadLetter> rejects);

    /** Returns the number in the file, from 0, of the record that was returned last. */
    long number();

    /** Returns how many bytes were read, as they are stored. */
    long bytesRead();
  }
}

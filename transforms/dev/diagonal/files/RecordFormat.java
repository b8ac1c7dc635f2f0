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
 * A file format with records instead of lines of text. Each record is read as a line of CSV, with
 * commas and quotes, and each file as one with a header, so that a {@link LineConsumer} can read
 * it.
 */
public interface RecordFormat extends Serializable {

  /** Returns whether a file has this format, by its name. */
  boolean matches(InputFile file);

  /** Opens the records of a range of a file. Every record is in exactly one range. */
  Records open(FileRange range) throws IOException;

  /** The records of a range. Confined to one thread. */
  interface Records extends Closeable {

    /** Returns the names of all columns, as a line without its end. */
    String header();

    /** Leaves all columns empty that are not selected by their positions from 0. */
    void select(IntPredicate wanted);

    /**
     * Returns the next record as a line that ends with {@code '\n'}, or null at the end.
     *
     * @param rejects receives records that cannot become a line
     */
    byte @Nullable [] next(Consumer<DeadLetter> rejects);

    /** Returns the number in the file, from 0, of the last returned record. */
    long number();

    /** Returns how many stored bytes were read. */
    long bytesRead();
  }
}

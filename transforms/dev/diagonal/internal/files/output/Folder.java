package dev.diagonal.internal.files.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ReadableByteChannel;
import java.util.List;

/** A directory of outputs and their part files. Names are never patterns. */
interface Folder {

  /**
   * A file in it.
   *
   * @param name its name
   * @param modifiedMillis when it was changed last
   */
  record Entry(String name, long modifiedMillis) {}

  /** Returns the files in it; none if it is missing. */
  List<Entry> entries() throws IOException;

  /** Creates a file that must not exist, and the directory if it is missing. */
  OutputStream create(String name) throws IOException;

  ReadableByteChannel open(String name) throws IOException;

  boolean exists(String name) throws IOException;

  /**
   * Gives a file a second name, or copies it.
   *
   * @return false if it can do neither
   */
  boolean link(String existing, String name) throws IOException;

  /**
   * Renames a part to its target, replacing an earlier file: after a crash of the machine, one or
   * the other exists. The part no longer exists afterwards.
   */
  void publish(String part, String target) throws IOException;

  /** Deletes a file, which may be missing. */
  void delete(String name) throws IOException;
}

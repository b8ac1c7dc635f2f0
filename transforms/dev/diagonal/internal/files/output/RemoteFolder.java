package dev.diagonal.internal.files.output;

import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResolveOptions.StandardResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;

/** A directory of a file system that Beam has registered. */
record RemoteFolder(ResourceId directory) implements Folder {

  private static final Pattern WILDCARDS = Pattern.compile("[*?\\[{\\\\]");

  private ResourceId file(String name) {
    return directory.resolve(name, StandardResolveOptions.RESOLVE_FILE);
  }

  /**
   * Lists by a pattern that may match more than this directory, so it compares names and parents.
   */
  @Override
  public List<Entry> entries() throws IOException {
    MatchResult found = FileSystems.match(directory + "*", EmptyMatchTreatment.ALLOW);
    List<Entry> entries = new ArrayList<>();
    if (found.status() == MatchResult.Status.OK) {
      for (MatchResult.Metadata each : found.metadata()) {
        ResourceId id = each.resourceId();
        String name = id.getFilename();
        if (!id.isDirectory() && name != null && id.equals(file(name))) {
          entries.add(new Entry(name, each.lastModifiedMillis()));
        }
      }
    }
    return entries;
  }

  @Override
  public OutputStream create(String name) throws IOException {
    return new ClosedOnce(
        Channels.newOutputStream(FileSystems.create(file(name), "application/octet-stream")));
  }

  /** S3's channel completes its upload on every close, and fails the second time. */
  private static final class ClosedOnce extends FilterOutputStream {

    private boolean closed;

    ClosedOnce(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length); // FilterOutputStream writes byte by byte
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        super.close();
      }
    }
  }

  @Override
  public ReadableByteChannel open(String name) throws IOException {
    return FileSystems.open(file(name));
  }

  /** Does not use {@code match}, which would take some names for patterns. */
  @Override
  public boolean exists(String name) throws IOException {
    ResourceId id = file(name);
    if (WILDCARDS.matcher(id.toString()).find()) {
      try {
        FileSystems.open(id).close();
        return true;
      } catch (FileNotFoundException e) {
        return false;
      }
    }
    MatchResult found = FileSystems.match(id.toString(), EmptyMatchTreatment.ALLOW);
    return found.status() == MatchResult.Status.OK && !found.metadata().isEmpty();
  }

  @Override
  public boolean link(String existing, String name) throws IOException {
    FileSystems.copy(List.of(file(existing)), List.of(file(name)));
    return true;
  }

  @Override
  public void publish(String part, String target) throws IOException {
    FileSystems.rename(List.of(file(part)), List.of(file(target)));
  }

  @Override
  public void delete(String name) throws IOException {
    FileSystems.delete(List.of(file(name)), StandardMoveOptions.IGNORE_MISSING_FILES);
  }
}

package dev.diagonal.internal.files.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory of this machine. Files are created exclusively, so never through a link, and until
 * they are published only their owner may read or write them.
 */
record LocalFolder(Path directory) implements Folder {

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");

  @Override
  public List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        try {
          BasicFileAttributes attributes =
              Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
          if (attributes.isRegularFile()) {
            entries.add(
                new Entry(
                    String.valueOf(file.getFileName()), attributes.lastModifiedTime().toMillis()));
          }
        } catch (NoSuchFileException e) {
          // Deleted since it was listed.
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  @Override
  public OutputStream create(String name) throws IOException {
    return Channels.newOutputStream(createChannel(name));
  }

  FileChannel createChannel(String name) throws IOException {
    Files.createDirectories(directory);
    return FileChannel.open(
        directory.resolve(name),
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
        isPosix()
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PRIVATE)}
            : new FileAttribute<?>[0]);
  }

  @Override
  public ReadableByteChannel open(String name) throws IOException {
    return FileChannel.open(
        directory.resolve(name), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public boolean link(String existing, String name) throws IOException {
    try {
      Files.createLink(directory.resolve(name), directory.resolve(existing));
      return true;
    } catch (NoSuchFileException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      return false; // a file system without links: the caller copies
    }
  }

  @Override
  public void publish(String part, String target) throws IOException {
    Path from = directory.resolve(part);
    Path to = directory.resolve(target);
    if (isPosix()) {
      takeOver(to, from, part);
    }
    sync(from, StandardOpenOption.WRITE);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(directory, StandardOpenOption.READ);
    Files.deleteIfExists(from); // a rename to another name of the same file does nothing
  }

  private boolean isPosix() {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private static void sync(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    }
  }

  /** Sets the mode, owner and group of the earlier file, or the mode of a new file, on a part. */
  private void takeOver(Path earlier, Path part, String name) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(part, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    PosixFileAttributes old = attributes(earlier);
    if (old == null) {
      view.setPermissions(usualMode(name));
      return;
    }
    PosixFileAttributes now = view.readAttributes();
    try {
      if (!now.group().equals(old.group())) {
        view.setGroup(old.group());
      }
      if (!now.owner().equals(old.owner())) {
        view.setOwner(old.owner());
      }
    } catch (IOException e) {
      throw new IOException(
          "%s belongs to %s:%s, but its replacement would not: delete it first (%s)"
              .formatted(earlier, old.owner(), old.group(), e.getMessage()),
          e);
    }
    view.setPermissions(old.permissions());
  }

  private static @Nullable PosixFileAttributes attributes(Path file) throws IOException {
    try {
      return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Returns the mode that the process's umask and the directory give a new file. */
  private Set<PosixFilePermission> usualMode(String name) throws IOException {
    Path probe = directory.resolve(name + ".mode");
    Files.createFile(probe);
    try {
      return Files.getPosixFilePermissions(probe, LinkOption.NOFOLLOW_LINKS);
    } finally {
      Files.delete(probe);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }
}

package dev.diagonal.internal.files.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done through Beam's file systems, with that of local files. */
final class RemoteFolderTest {

  private final Path directory;

  RemoteFolderTest(@TempDir Path directory) {
    this.directory = directory;
    FileSystems.setDefaultPipelineOptions(PipelineOptionsFactory.create());
  }

  private RemoteFolder folder(String name) throws IOException {
    Path in = Files.createDirectories(directory.resolve(name));
    return new RemoteFolder(FileSystems.matchNewResource(in.toString(), true));
  }

  private static void write(RemoteFolder folder, String name, String text) throws IOException {
    try (OutputStream out = folder.create(name)) {
      out.write(text.getBytes(UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "run[1]"})
  void namesAreNeverPatterns(String name) throws IOException {
    RemoteFolder folder = folder(name);
    RemoteFolder other = folder("run1");
    write(other, "part", "other");
    write(folder, "part", "mine");
    write(folder, "p*", "star");

    assertThat(folder.exists("part")).isTrue();
    assertThat(folder.exists("missing")).isFalse();
    assertThat(folder.exists("p?")).isFalse();
    assertThat(folder.link("part", "second")).isTrue();
    folder.publish("second", "target");
    assertThat(folder.exists("second")).isFalse();
    assertThat(Channels.newInputStream(folder.open("target"))).hasContent("mine");
    folder.delete("p*");
    folder.delete("missing");

    assertThat(folder.exists("part")).isTrue();
    assertThat(directory.resolve("run1/part")).hasContent("other");
    assertThatThrownBy(() -> folder.publish("gone", "target")).isInstanceOf(IOException.class);
    assertThat(directory.resolve(name).resolve("target")).hasContent("mine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run[1]", "run*", "run?"})
  void entriesAreThoseOfTheFolderAlone(String name) throws IOException {
    write(folder("run1"), "part", "other");
    RemoteFolder folder = folder(name);

    assertThat(folder.entries()).isEmpty();

    write(folder("plain"), "part", "mine");
    assertThat(folder("plain").entries()).extracting(Folder.Entry::name).containsExactly("part");
  }
}

package dev.diagonal.internal.files.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.internal.files.stored.PartNames;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.Compression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
final class WholeFileTest {

  private static final byte[] TEXT = "new\n".getBytes(UTF_8);

  private final Path directory;

  WholeFileTest(@TempDir Path directory) throws IOException {
    this.directory = directory.toRealPath();
  }

  private void write(Path file) throws IOException {
    WholeFile.at(file.toString()).write(out -> out.write(TEXT));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void newFileHasTheModeOfTheUmask() throws IOException {
    Path plain = Files.writeString(directory.resolve("plain"), "");

    write(directory.resolve("out"));

    assertThat(directory.resolve("out")).hasContent("new");
    assertThat(mode(directory.resolve("out"))).isEqualTo(mode(plain));
    assertThat(names()).containsExactly("out", "plain");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rw-rw-rw-", "rwxr-x--x"})
  void modeOfTheEarlierFileIsKept(String mode) throws IOException {
    Path out = Files.writeString(directory.resolve("out"), "old");
    Files.setPosixFilePermissions(out, PosixFilePermissions.fromString(mode));

    write(out);

    assertThat(out).hasContent("new");
    assertThat(mode(out)).isEqualTo(mode);
  }

  @Test
  void keepsOwnerAndGroupOfEarlierFile() throws Exception {
    Path out = Files.writeString(directory.resolve("out"), "old");
    int status =
        new ProcessBuilder("chown", "65534:65534", out.toString())
            .redirectErrorStream(true)
            .start()
            .waitFor();
    org.junit.jupiter.api.Assumptions.assumeTrue(status == 0, "only root gives files away");

    write(out);

    assertThat(out).hasContent("new");
    assertThat(Files.getAttribute(out, "unix:uid")).isEqualTo(65534);
    assertThat(Files.getAttribute(out, "unix:gid")).isEqualTo(65534);
  }

  @Test
  void partIsPrivateUntilItIsPublished() throws IOException {
    WholeFile.at(directory.resolve("out").toString())
        .write(
            out -> {
              out.write(TEXT);
              assertThat(names())
                  .singleElement()
                  .satisfies(name -> assertThat(PartNames.isPart(name)).isTrue())
                  .satisfies(
                      name -> assertThat(mode(directory.resolve(name))).isEqualTo("rw-------"));
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatALinkPointsToIsReplaced(boolean dangling) throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path real = elsewhere.resolve("real");
    if (!dangling) {
      Files.writeString(real, "old");
    }
    Path second = Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), second);

    write(link);

    assertThat(Files.readSymbolicLink(link)).isEqualTo(second);
    assertThat(real).isRegularFile().hasContent("new");
    assertThat(names()).containsExactly("elsewhere", "link");
  }

  /** As somebody would put there who may write to the directory and knows the name. */
  @Test
  void partIsNeverCreatedThroughALink() throws IOException {
    Path victim = Files.writeString(directory.resolve("victim"), "old");
    Files.createSymbolicLink(directory.resolve("part"), victim);
    Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("missing"));
    LocalFolder folder = new LocalFolder(directory);

    for (String name : List.of("part", "dangling")) {
      assertThatThrownBy(() -> folder.create(name)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> folder.open(name)).isInstanceOf(IOException.class);
    }
    assertThat(victim).hasContent("old");
    assertThat(directory.resolve("missing")).doesNotExist();
  }

  @Test
  void failureLeavesTheEarlierFileAlone() throws IOException {
    Path out = Files.writeString(directory.resolve("out"), "old");

    assertThatThrownBy(
            () ->
                WholeFile.at(out.toString())
                    .write(
                        to -> {
                          to.write(TEXT);
                          throw new IOException("no more");
                        }))
        .hasMessage("cannot write " + out + ": no more");

    assertThat(out).hasContent("old");
    assertThat(names()).containsExactly("out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.gz", "a.GZ", "a.bz2", "a.zst", "a.csv"})
  void compressesByTheNameAsReadingDoes(String name) throws IOException {
    byte[] text = "many\n".repeat(10_000).getBytes(UTF_8);
    Path file = directory.resolve(name);

    WholeFile.at(file.toString()).write(out -> out.write(text));

    Compression compression = Compression.detect(name);
    assertThat(Files.size(file)).matches(size -> size < 1_000 || name.equals("a.csv"));
    try (InputStream in =
        Channels.newInputStream(
            compression.readDecompressed(Channels.newChannel(Files.newInputStream(file))))) {
      assertThat(in.readAllBytes()).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.zip",
        "a.deflate",
        "a.lzo",
        "a.snappy",
        "a.csv.rar",
        "a.7z",
        "a.XZ",
        "a.lz4",
        "a.tgz",
        "a.tar.gz",
        "a.tar",
        "a.csv.br",
        "a.Z"
      })
  void refusesCompressionThatItCannotWrite(String name) {
    assertThatThrownBy(() -> OutputCompression.check(name))
        .hasMessageContaining(".gz, .bz2 or .zst");
  }

  @Test
  void longNamesAndPatternsAreNames() throws IOException {
    Files.writeString(directory.resolve("outx"), "other");
    // Where names are ASCII, this JVM cannot have such a file.
    boolean isAscii = "ANSI_X3.4-1968".equals(System.getProperty("sun.jnu.encoding"));
    String accents = isAscii ? "e" : "é";
    for (String name : List.of("o".repeat(250), "out[x]", "out*", accents.repeat(120), "a\nb")) {
      write(directory.resolve(name));
      assertThat(directory.resolve(name)).hasContent("new");
      Files.delete(directory.resolve(name));
    }
    assertThat(names()).containsExactly("outx");
    assertThat(directory.resolve("outx")).hasContent("other");
  }

  @Test
  void writesDirectlyToDevicesAndPipes() throws Exception {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Process reader = new ProcessBuilder("cat", pipe.toString()).start();

    write(pipe);

    assertThat(reader.inputReader(UTF_8).readLine()).isEqualTo("new");
    assertThat(reader.waitFor(4, TimeUnit.MINUTES)).isTrue();
    assertThat(names()).containsExactly("pipe");
    assertThat(OutputPlace.of(pipe.toString()).isStream()).isTrue();
    assertThatThrownBy(() -> write(Path.of("/dev/full")))
        .hasMessageStartingWith("cannot write /dev/full: ");
    assertThat(OutputPlace.of("/dev/stdout").kind()).isEqualTo(OutputPlace.Kind.STANDARD_OUTPUT);
  }
}

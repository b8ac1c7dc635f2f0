package dev.diagonal.internal.files.stored;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.testing.Compressed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FileTextTest {

  private final Path directory;

  FileTextTest(@TempDir Path directory) {
    this.directory = directory;
  }

  @ParameterizedTest
  @EnumSource
  void refusesEveryCutButBetweenMembers(Compressed format) throws IOException {
    byte[] first = format.compress("1,one\n2,two\n".getBytes(UTF_8));
    byte[] second = format.compress("3,three\n4,four\n".getBytes(UTF_8));
    byte[] both = concat(first, second);
    assertThat(read(write("a" + format.extension(), both)))
        .isEqualTo("1,one\n2,two\n3,three\n4,four\n");
    for (int cut = 0; cut < both.length; cut++) {
      InputFile file = write("cut" + format.extension(), Arrays.copyOf(both, cut));
      if (cut == first.length) {
        assertThat(read(file)).isEqualTo("1,one\n2,two\n");
      } else {
        assertThatThrownBy(() -> read(file))
            .as("cut at %s", cut)
            .isInstanceOf(BadInputException.class)
            .hasMessageStartingWith("cannot read " + file.name() + ": ");
      }
    }
  }

  @Test
  void saysWhichMemberIsCutOff() throws IOException {
    byte[] member = Compressed.GZ.compress("1,one\n".getBytes(UTF_8));
    byte[] six = concat(member, member, member, member, member, member);
    InputFile file = write("six.gz", Arrays.copyOf(six, six.length - 3));
    assertThatThrownBy(() -> read(file))
        .hasMessage(
            "cannot read %s: gzip member 6 is cut off; 30 bytes of text were read, from %s of %s bytes of the file"
                .formatted(file.name(), file.bytes(), file.bytes()));
  }

  @ParameterizedTest
  @EnumSource
  void readsLargeFilesOfManyMembers(Compressed format) throws IOException {
    Random random = new Random(17);
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    for (int member = 0; member < 40; member++) {
      byte[] part = new byte[random.nextInt(40_000)];
      random.nextBytes(part);
      for (int i = 0; i < part.length; i++) {
        part[i] = (byte) ('a' + (part[i] & 15));
      }
      text.writeBytes(part);
      compressed.writeBytes(format.compress(part));
    }
    assertThat(read(write("many" + format.extension(), compressed.toByteArray())))
        .isEqualTo(text.toString(UTF_8));
  }

  @Test
  void allowsOnlyZeroesAfterLastGzipMember() throws IOException {
    byte[] member = Compressed.GZ.compress("1\n".getBytes(UTF_8));
    assertThat(read(write("padded.gz", concat(member, new byte[9_000])))).isEqualTo("1\n");
    for (byte[] tail : new byte[][] {{1}, {0, 0, 7}, {0x1f, 0x30}}) {
      assertThatThrownBy(() -> read(write("tail.gz", concat(member, tail))))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining("tail.gz: gzip member");
    }
  }

  @Test
  void readsAPlainFileCalledGz() throws IOException {
    assertThat(read(write("plain.gz", "1,2\n".getBytes(UTF_8)))).isEqualTo("1,2\n");
  }

  @Test
  void explainsALargeZstdWindow() throws IOException {
    // A frame whose header declares a window of 256 MiB, with one raw block.
    byte[] frame = HexFormat.of().parseHex("28b52ffd0090210000312c320a");
    InputFile file = write("long.zst", frame);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("compress it again without --long");
  }

  @Test
  void refusesAFileThatShrinksBetweenTwoReads() throws IOException {
    Path path = directory.resolve("a.csv");
    InputFile file = write("a.csv", "0123456789\n".repeat(1_000).getBytes(UTF_8));
    try (FileText text = FileText.open(file)) {
      assertThat(text.read(ByteBuffer.allocate(512))).isEqualTo(512);
      assertThat(text.read(ByteBuffer.allocate(64))).isEqualTo(64);
      Files.write(path, Arrays.copyOf(Files.readAllBytes(path), 5_000));
      assertThatThrownBy(() -> text.read(ByteBuffer.allocate(64)))
          .isInstanceOf(BadInputException.class)
          .hasMessageContaining(
              file.name() + " has changed since it was listed: it had 11000 bytes")
          .hasMessageContaining("now has 5000 bytes")
          .hasMessageContaining("the reader is at byte 576");
    }
  }

  @Test
  void refusesAFileThatChangedAfterListing() throws IOException {
    Path path = directory.resolve("a.csv");
    byte[] content = "1,2\n".getBytes(UTF_8);
    InputFile file = write("a.csv", content);
    FileTime listed = FileTime.fromMillis(file.modifiedMillis());

    Files.write(path, concat(content, content));
    assertChanged(file);
    Files.write(path, content);
    Files.setLastModifiedTime(path, FileTime.fromMillis(file.modifiedMillis() + 5));
    assertChanged(file);
    Files.setLastModifiedTime(path, listed);
    assertThat(read(file)).isEqualTo("1,2\n");
    Files.delete(path);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessage("cannot read " + file.name() + ": it does not exist here");
  }

  private void assertChanged(InputFile file) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(file.name() + " has changed since it was listed: ");
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-16, it is UTF-16",
    "UTF-16LE, it is UTF-16",
    "UTF-16BE, it is UTF-16",
    "x-UTF-16LE-BOM, it is UTF-16",
    "X-UTF-32LE-BOM, it is UTF-32",
    "X-UTF-32BE-BOM, it is UTF-32"
  })
  void recognizesWideEncodings(String encoding, String message) throws IOException {
    byte[] text = "id,name\n1,é\n".getBytes(Charset.forName(encoding));
    InputFile file = write("wide.csv", text);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("--encoding=UTF-");
    try (InputStream in = Channels.newInputStream(FileText.open(file, false))) {
      assertThat(in.readAllBytes()).as("where the encoding is named").isEqualTo(text);
    }
  }

  @Test
  void recognizesFilesThatAreNotText() throws IOException {
    String[][] magics = {
      {"\u001f\u008b\b\0", ".gz"},
      {"(\u00b5/\u00fd\u0004", ".zst"},
      {"BZh91AY&SY\u0001", ".bz2"},
      {"\u00fd7zXZ\0", "xz"},
      {"PAR1\u0015\u0004", "Parquet"},
      {"Obj\u0001\u0004", "Avro"},
      {"ORC\n\u0003\u0001", "ORC"},
      {"PK\u0003\u0004\u0014", "spreadsheet"},
      {"\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1", "spreadsheet"},
      {"SQLite format 3\0", "SQLite"},
      {"%PDF-1.7\n%\u0001", "PDF"},
      {"7z\u00bc\u00af'\u001c\0\u0004", "7-Zip"},
      {"Rar!\u001a\u0007\u0001\0", "RAR"},
      {"\u0004\"M\u0018d@", "lz4"},
      {"ARROW1\0\0", "Arrow"},
      {"\u0089HDF\r\n\u001a\n", "HDF5"},
      {"PGDMP\u0001\u000e", "pg_restore"},
      {"r.csv" + "\0".repeat(252) + "ustar\u000000", "tar archive"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"},
      {"\u00ef\u00bb\u00bf \n<!DOCTYPE html>\n<html>", "web page"},
      {"<HTML lang=\"en\">", "web page"},
      {"<?xml version=\"1.0\"?>\n<Workbook>", "XML"}
    };
    for (String[] magic : magics) {
      InputFile file =
          write("odd.csv", magic[0].getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
      assertThatThrownBy(() -> read(file))
          .as(magic[1])
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith("cannot read " + file.name() + " as text: it is ")
          .hasMessageContaining(magic[1]);
    }
  }

  @Test
  void textMayStartLikeABinaryFormat() throws IOException {
    for (String text :
        new String[] {
          "ORC,PAR1\n1,2\n",
          "PAR1\t\u00e9\n",
          "BZh9\r\n",
          "%PDF-x",
          "version,https\n",
          "<a>,<b>\n",
          "x".repeat(300) + "ustar",
          "a",
          ""
        }) {
      assertThat(read(write("text.csv", text.getBytes(UTF_8)))).isEqualTo(text);
    }
  }

  private InputFile write(String name, byte[] content) throws IOException {
    Path path = Files.write(directory.resolve(name), content);
    return Listing.matching(path.toString()).get(0);
  }

  private static String read(InputFile file) throws IOException {
    try (InputStream in = Channels.newInputStream(FileText.open(file))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}

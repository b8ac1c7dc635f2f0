package dev.diagonal.internal.files.stored;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Recognizes files that are not records as text in UTF-8 by their first bytes. */
final class FirstBytes {

  /** How many bytes are examined. */
  static final int LENGTH = 512;

  /** Where a tar archive names its format. */
  private static final int TAR_FORMAT = 257;

  /** How many bytes must look like UTF-16, or show that a file is binary. */
  private static final int FEW = 64;

  /**
   * A kind of file.
   *
   * @param magic its first bytes, one per character
   * @param advice what it is, and what to do
   */
  private record Kind(String magic, String advice) {}

  private static final String UTF_16 =
      "it is UTF-16: convert it to UTF-8 (iconv -f UTF-16 -t UTF-8), or use --encoding=UTF-16 if"
          + " the command has it";
  private static final String UTF_32 =
      "it is UTF-32: convert it to UTF-8 (iconv -f UTF-32 -t UTF-8), or use --encoding=UTF-32 if"
          + " the command has it";

  /** UTF-32 comes before UTF-16, whose mark is a prefix of its own. */
  private static final List<Kind> ENCODINGS =
      List.of(
          new Kind("\u00ff\u00fe\0\0", UTF_32),
          new Kind("\0\0\u00fe\u00ff", UTF_32),
          new Kind("\u00ff\u00fe", UTF_16),
          new Kind("\u00fe\u00ff", UTF_16));

  private static final List<Kind> BINARIES =
      List.of(
          new Kind("\u001f\u008b", "it is compressed with gzip: its name must end in .gz"),
          new Kind("BZh", "it is compressed with bzip2: its name must end in .bz2"),
          new Kind("(\u00b5/\u00fd", "it is compressed with zstd: its name must end in .zst"),
          new Kind("\u00fd7zXZ\0", "it is compressed with xz: decompress it first"),
          new Kind(
              "PAR1",
              "it is a Parquet file: its name must end in .parquet, where a command reads Parquet; transfer"
                  + " --from=parquet:… --to=csv:… makes CSV of it"),
          new Kind("Obj\u0001", "it is an Avro file: convert it to CSV first"),
          new Kind("ORC", "it is an ORC file: convert it to CSV first"),
          new Kind(
              "PK\u0003\u0004",
              "it is a ZIP archive or a spreadsheet (xlsx, ods): save the sheet as CSV, or unpack the"
                  + " archive"),
          new Kind(
              "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1",
              "it is a spreadsheet or document of old Microsoft Office (xls): save the sheet as CSV"),
          new Kind("SQLite format 3\0", "it is a SQLite database: export the table as CSV"),
          new Kind("%PDF-", "it is a PDF file: save the table as CSV"),
          new Kind("7z\u00bc\u00af'\u001c", "it is a 7-Zip archive: unpack it first"),
          new Kind("Rar!\u001a\u0007", "it is a RAR archive: unpack it first"),
          new Kind("\u0004\"M\u0018", "it is compressed with lz4: decompress it first"),
          new Kind(
              "ARROW1\0\0", "it is an Arrow (Feather) file: convert it to CSV or Parquet first"),
          new Kind("\u0089HDF\r\n\u001a\n", "it is an HDF5 file: convert it to CSV first"),
          new Kind("PGDMP\u0001", "it is a dump of pg_dump: restore it with pg_restore"));

  /** Text files whose first line cannot be a record; case is ignored. */
  private static final List<Kind> TEXTS =
      List.of(
          new Kind(
              "version https://git-lfs.github.com/spec/",
              "it is the pointer that Git LFS leaves in the place of a file: run git lfs pull"),
          new Kind(
              "<!doctype html",
              "it is a web page, perhaps one that asks to log in: download the file again"),
          new Kind(
              "<html",
              "it is a web page, perhaps one that asks to log in: download the file again"),
          new Kind("<?xml ", "it is XML: convert it to CSV first"));

  private FirstBytes() {}

  /**
   * Returns what the file is and what to do, or null if it may be text.
   *
   * @param utf8 whether it should be UTF-8, and not another encoding that the user named
   */
  static @Nullable String problem(byte[] bytes, int length, boolean utf8) {
    String start = new String(bytes, 0, Math.min(length, FEW), ISO_8859_1);
    for (Kind kind : BINARIES) {
      if (start.startsWith(kind.magic) && hasControlCharacter(start)) {
        return kind.advice;
      }
    }
    String all = new String(bytes, 0, Math.min(length, LENGTH), ISO_8859_1);
    if (all.startsWith("ustar", TAR_FORMAT)) {
      return "it is a tar archive: unpack it first";
    }
    String text = start.replaceFirst("^\u00ef\u00bb\u00bf", "").strip().toLowerCase(Locale.ROOT);
    for (Kind kind : TEXTS) {
      if (text.startsWith(kind.magic)) {
        return kind.advice;
      }
    }
    if (!utf8) {
      return null;
    }
    for (Kind kind : ENCODINGS) {
      if (start.startsWith(kind.magic)) {
        return kind.advice;
      }
    }
    return zeroesAtEverySecond(start) ? UTF_16 : null;
  }

  /**
   * Returns whether there is a control character: text may start with "ORC" or "PAR1", but the
   * formats continue with bytes that text does not have.
   */
  private static boolean hasControlCharacter(String start) {
    return start.chars().anyMatch(c -> (c < ' ' && "\t\n\r\f".indexOf(c) < 0) || c == 0x7f);
  }

  /** Returns whether it looks like Latin text in UTF-16 without a byte order mark. */
  private static boolean zeroesAtEverySecond(String start) {
    if (start.length() < 4) {
      return false;
    }
    int offset = start.charAt(0) == 0 ? 0 : 1;
    for (int i = 0; i < start.length(); i++) {
      if ((start.charAt(i) == 0) != (i % 2 == offset)) {
        return false;
      }
    }
    return true;
  }
}

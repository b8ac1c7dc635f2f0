package dev.diagonal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.files.PiecedLines;
import dev.diagonal.internal.files.stored.Piece;
import dev.diagonal.internal.files.stored.PieceCuts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PieceTest {

  private static final int PIECE = PieceCuts.PIECE_BYTES;

  @Property(seed = "1", tries = 12)
  void everyRangePlanGivesTheSamePieces(
      @ForAll @IntRange(max = 1_000) int seed, @ForAll @IntRange(min = 1, max = 4) int parts)
      throws IOException {
    byte[] text = text(new SplittableRandom(seed));
    List<Piece> whole = pieces(text, PieceCuts.REGULAR, text.length);
    assertThat(whole).hasSizeGreaterThan(text.length / PIECE / 8);
    assertThat(pieces(text, PieceCuts.REGULAR, parts * PIECE)).isEqualTo(whole);
  }

  @Example
  void whatIsAddedChangesNoEarlierPiece() throws IOException {
    String line = "0123456789\n";
    byte[] before = line.repeat(PIECE / 8).getBytes(UTF_8);
    byte[] after = line.repeat(PIECE / 4).getBytes(UTF_8);
    PieceCuts cuts = new PieceCuts(Map.of("f", List.of((long) before.length)));
    List<Piece> earlier = pieces(before, PieceCuts.REGULAR, before.length);
    assertThat(pieces(after, cuts, PIECE)).startsWith(earlier.toArray(Piece[]::new));
    assertThat(pieces(after, PieceCuts.REGULAR, PIECE)).doesNotContainSequence(earlier);
  }

  @Example
  void aPieceIsTheSameAfterItsCoder() throws IOException {
    Piece piece = new Piece(-5, 1L << 40, 300_000, -7);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Piece.coder().encode(piece, out);
    assertThat(Piece.coder().decode(new ByteArrayInputStream(out.toByteArray()))).isEqualTo(piece);
  }

  /** Lines of a few bytes, some of more than a piece, some of more than a block. */
  private static byte[] text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    String[] ends = {"\n", "\r\n", "\r"};
    while (text.length() < 12 * PIECE) {
      int kind = random.nextInt(4_000);
      int most = kind == 0 ? 6 * PIECE : kind < 4 ? 2 * PIECE : 200;
      text.append("x".repeat(random.nextInt(most))).append(ends[random.nextInt(3)]);
    }
    return text.toString().getBytes(UTF_8);
  }

  private static List<Piece> pieces(byte[] text, PieceCuts cuts, int rangeBytes)
      throws IOException {
    List<Piece> pieces = new ArrayList<>();
    byte[] buffer = new byte[RangeReader.BLOCK_BYTES + 1];
    InputFile file = InputFile.of("f", text.length, InputFile.UNKNOWN_TIME);
    for (long start = 0; start < text.length; start += rangeBytes) {
      ArrayChannel channel = new ArrayChannel(text, 50_000);
      FileRange range = new FileRange(file, start, Math.min(text.length, start + rangeBytes));
      RangeReader reader = new RangeReader(channel, channel::position, range, buffer, cuts);
      reader.seek();
      for (TextBlock block = reader.next(line -> {});
          block != null;
          block = reader.next(line -> {})) {
        pieces.add(PiecedLines.pieceOf(block));
      }
    }
    return pieces;
  }
}

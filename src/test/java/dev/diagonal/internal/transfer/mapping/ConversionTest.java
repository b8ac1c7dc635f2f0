package dev.diagonal.internal.transfer.mapping;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.rows.RowOrigin;
import dev.diagonal.internal.rows.RowType;
import dev.diagonal.internal.rows.types.ColumnGuess;
import dev.diagonal.internal.rows.types.TypeGuesses;
import dev.diagonal.rows.DecimalSize;
import dev.diagonal.rows.Field;
import dev.diagonal.rows.FieldType;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.mapping.Mapping.Origin;
import dev.diagonal.transfer.mapping.Mapping.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ConversionTest {

  private static final RowType NUMBERS = new RowType(List.of(new Field("n", FieldType.BIGINT)));

  private static final RowType TEXTS = new RowType(List.of(new Field("t", FieldType.TEXT)));

  private static final RowType PAIRS =
      new RowType(List.of(new Field("a", FieldType.TEXT), new Field("b", FieldType.TEXT)));

  private static final List<byte[]> ODD =
      Stream.of(
              "",
              "x",
              "plain text",
              "\0",
              "a text with \0 in it",
              "\u00e9",
              "\u00c3",
              "\u00c3\u00a9x",
              "\u00ff")
          .map(text -> text.getBytes(ISO_8859_1))
          .toList();

  /** Returns its rows. */
  public static final class Same implements SerializableFunction<Row, Row> {
    @Override
    public Row apply(Row row) {
      return row;
    }
  }

  private static RowBlock block(RowOrigin origin, int from, int to) {
    RowBlock block = new RowBlock(NUMBERS, to - from, origin);
    for (int n = from; n < to; n++) {
      block.setWord(0, n);
      block.endRow();
    }
    return block;
  }

  @Test
  void joinsFilteredRowsOfManyBlocks() throws Exception {
    Mapping few = new Mapping(List.of(), List.of("n >= 3990", "n != 3995"), null, List.of());
    Conversion conversion =
        new Conversion(new ConversionPlan(NUMBERS, NUMBERS, few, false, false), 5);
    RowOrigin origin = RowOrigin.of("numbers");
    List<Integer> sizes = new ArrayList<>();
    List<Long> left = new ArrayList<>();
    BlockConverter.Output output =
        made -> {
          sizes.add(made.rows());
          for (int row = 0; row < made.rows(); row++) {
            left.add(made.word(row, 0));
          }
        };

    for (int from = 0; from < 4_000; from += 2) {
      conversion.convert(block(origin, from, from + 2), output, line -> {});
    }
    conversion.finish(output, line -> {});

    assertThat(left).containsExactly(3990L, 3991L, 3992L, 3993L, 3994L, 3996L, 3997L, 3998L, 3999L);
    // Two thousand blocks go in, and two are emitted.
    assertThat(sizes).containsExactly(5, 4);
  }

  @Test
  void emitsFullBlocksThatItWouldCopy() throws Exception {
    RowBlock full = texts(3, 3, "a", "é", null);
    RowBlock part = texts(3, 2, "b", "c");
    assertThat(converted(copying(true, true), 3, part, full).get(1)).isSameAs(full);
    assertThat(converted(copying(true, true), 2, full)).doesNotContain(full);
    RowBlock numbers = block(RowOrigin.of("numbers"), 0, 3);
    assertThat(
            converted(new ConversionPlan(NUMBERS, NUMBERS, Mapping.NONE, false, false), 3, numbers))
        .containsExactly(numbers);
  }

  @Test
  void convertsRowByRowWhatChanges() throws Exception {
    Target column = Target.of("t", "t");
    for (Mapping mapping :
        List.of(
            new Mapping(List.of(), List.of("t is not null"), null, List.of()),
            new Mapping(List.of(), List.of(), Same.class.getName(), List.of()),
            new Mapping(List.of(Target.of("u", "t")), List.of(), null, List.of()),
            new Mapping(List.of(column, Target.of("u", "t")), List.of(), null, List.of()),
            new Mapping(
                List.of(new Target("t", Origin.CONSTANT, "t", null, null, null, null, null)),
                List.of(),
                null,
                List.of()),
            new Mapping(
                List.of(new Target("t", Origin.COLUMN, "t", null, null, null, null, "x")),
                List.of(),
                null,
                List.of()),
            new Mapping(
                List.of(
                    new Target("t", Origin.COLUMN, "t", FieldType.INTEGER, null, null, null, null)),
                List.of(),
                null,
                List.of()))) {
      ConversionPlan plan = new ConversionPlan(TEXTS, TEXTS, mapping, true, true);
      assertChanges(plan, texts(2, 2, "1", "2"), null);
    }
  }

  @Test
  void convertsSwappedColumnsRowByRow() throws Exception {
    Mapping swap =
        new Mapping(List.of(Target.of("a", "b"), Target.of("b", "a")), List.of(), null, List.of());
    RowBlock full = pairs(1, new byte[][] {{'1'}}, new byte[][] {{'2'}});
    assertChanges(new ConversionPlan(PAIRS, PAIRS, swap, true, true), full, "2");
  }

  @Test
  void convertsOtherTypesRowByRow() throws Exception {
    RowType sized = new RowType(List.of(new Field("n", FieldType.DECIMAL, new DecimalSize(3, 2))));
    assertChanges(
        new ConversionPlan(sized, sized, Mapping.NONE, true, true), one(sized, "1.23"), "1.23");

    RowType dates = new RowType(List.of(new Field("d", FieldType.DATE)));
    RowBlock day = new RowBlock(dates, 1, RowOrigin.of("dates"));
    day.setWord(0, 1);
    day.endRow();
    Mapping pattern =
        new Mapping(
            List.of(
                new Target("d", Origin.COLUMN, "d", FieldType.TEXT, null, "dd.MM.yy", null, null)),
            List.of(),
            null,
            List.of());
    assertChanges(new ConversionPlan(dates, dates, pattern, true, true), day, "02.01.70");

    RowType json = new RowType(List.of(new Field("j", FieldType.JSON)));
    Mapping filtered = new Mapping(List.of(), List.of("j = 'x'"), null, List.of());
    TypeGuesses marked =
        new TypeGuesses(List.of(new ColumnGuess("j", FieldType.JSON, "all", null)), true);
    assertChanges(
        new ConversionPlan(json, json, filtered, true, true, marked), one(json, "\"x\""), "\"x\"");
  }

  /** Asserts that a block is not emitted itself; {@code first} is the first value instead. */
  private static void assertChanges(ConversionPlan plan, RowBlock full, @Nullable String first)
      throws Exception {
    List<RowBlock> made = converted(plan, full.rows(), full);
    assertThat(made).as("%s", plan.mapping()).hasSize(1).doesNotContain(full);
    assertThat(made.get(0).type()).isEqualTo(plan.to());
    if (first != null) {
      assertThat(text(made.get(0), 0, 0)).isEqualTo(first);
    }
  }

  private static RowBlock one(RowType type, String value) {
    RowBlock block = new RowBlock(type, 1, RowOrigin.of("values"));
    block.setText(0, value);
    block.endRow();
    return block;
  }

  /** A block is emitted itself only if each of its texts is good: compares with row by row. */
  @Property(seed = "1", tries = 1_000)
  void fullBlocksLoseOnlyBadRows(
      @ForAll long seed, @ForAll boolean checkUtf8, @ForAll boolean refuseNul) throws Exception {
    Random random = new Random(seed);
    ConversionPlan plan = new ConversionPlan(PAIRS, PAIRS, Mapping.NONE, checkUtf8, refuseNul);
    int rows = 1 + random.nextInt(6);
    byte[][] first = odd(random, rows);
    byte[][] second = odd(random, rows);
    List<String> whole = new ArrayList<>();
    List<String> single = new ArrayList<>();
    collect(plan, rows, whole, pairs(rows, first, second));
    collect(plan, rows, single, pairs(rows + 1, first, second)); // not full, so it is copied
    assertThat(whole).isEqualTo(single);
  }

  /** Returns texts, half of the time only good ones. */
  private static byte[][] odd(Random random, int rows) {
    boolean plain = random.nextBoolean();
    byte[][] texts = new byte[rows][];
    for (int i = 0; i < rows; i++) {
      texts[i] = random.nextInt(5) == 0 ? null : ODD.get(random.nextInt(plain ? 3 : ODD.size()));
    }
    return texts;
  }

  private static ConversionPlan copying(boolean checkUtf8, boolean refuseNul) {
    return new ConversionPlan(TEXTS, TEXTS, Mapping.NONE, checkUtf8, refuseNul);
  }

  private static RowBlock texts(int capacity, int rows, @Nullable String... texts) {
    byte[][] bytes = new byte[rows][];
    for (int i = 0; i < rows; i++) {
      String text = texts[i];
      bytes[i] = text == null ? null : text.getBytes(UTF_8);
    }
    return texts(capacity, bytes);
  }

  private static RowBlock texts(int capacity, byte[][] texts) {
    return columns(TEXTS, capacity, texts);
  }

  private static RowBlock pairs(int capacity, byte[][] first, byte[][] second) {
    return columns(PAIRS, capacity, first, second);
  }

  private static RowBlock columns(RowType type, int capacity, byte[][]... columns) {
    RowBlock block = new RowBlock(type, capacity, RowOrigin.of("texts"));
    for (int row = 0; row < columns[0].length; row++) {
      for (int column = 0; column < columns.length; column++) {
        byte[] text = columns[column][row];
        if (text == null) {
          block.setNull(column);
        } else {
          block.setBytes(column, text, 0, text.length);
        }
      }
      block.endRow(10L * row, row + 1);
    }
    return block;
  }

  private static @Nullable String text(RowBlock rows, int row, int column) {
    return rows.isNull(row, column)
        ? null
        : rows.typeOf(column).isWord()
            ? Long.toString(rows.word(row, column))
            : new String(
                rows.bytes(column),
                rows.start(row, column),
                rows.end(row, column) - rows.start(row, column),
                ISO_8859_1);
  }

  private static List<RowBlock> converted(ConversionPlan plan, int blockRows, RowBlock... blocks)
      throws Exception {
    List<RowBlock> made = new ArrayList<>();
    Conversion conversion = new Conversion(plan, blockRows);
    for (RowBlock block : blocks) {
      conversion.convert(block, made::add, line -> {});
    }
    conversion.finish(made::add, line -> {});
    return made;
  }

  /** Adds the rows and the bad records that become of a block. */
  private static void collect(ConversionPlan plan, int blockRows, List<String> into, RowBlock block)
      throws Exception {
    List<String> bad = new ArrayList<>();
    List<RowBlock> made = new ArrayList<>();
    Conversion conversion = new Conversion(plan, blockRows);
    conversion.convert(block, made::add, line -> bad.add(line.toString()));
    conversion.finish(made::add, line -> bad.add(line.toString()));
    for (RowBlock rows : made) {
      for (int row = 0; row < rows.rows(); row++) {
        into.add(
            "%s %s %s %s"
                .formatted(
                    rows.line(row), rows.offset(row), text(rows, row, 0), text(rows, row, 1)));
      }
    }
    into.addAll(bad);
  }
}

package dev.diagonal.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.files.FileRange;
import dev.diagonal.files.stored.InputFile;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.Coder.NonDeterministicException;
import org.apache.beam.sdk.coders.MapCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.testing.CoderProperties;

class BlockTest {

  @Property(seed = "1", tries = 200)
  void blocksSurviveTheirCoder(@ForAll List<Long> numbers, @ForAll List<String> texts)
      throws Exception {
    CoderProperties.coderDecodeEncodeEqual(Block.coder(VarLongCoder.of()), new Block<>(numbers));
    CoderProperties.coderDecodeEncodeEqual(Block.coder(StringUtf8Coder.of()), new Block<>(texts));
  }

  @Example
  void theCoderIsSerializableAndEqualsItself() throws Exception {
    Coder<Block<Long>> coder = Block.coder(VarLongCoder.of());
    CoderProperties.coderSerializable(coder);
    assertThat(coder).isEqualTo(Block.coder(VarLongCoder.of()));
    assertThat(coder).isNotEqualTo(Block.coder(StringUtf8Coder.of()));
    CoderProperties.coderDeterministic(
        coder, new Block<>(List.of(1L)), new Block<>(new ArrayList<>(List.of(1L))));
  }

  @Example
  void coderIsDeterministicOnlyIfRecordCoderIs() {
    Coder<?> coder = Block.coder(MapCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()));
    assertThatThrownBy(coder::verifyDeterministic)
        .isInstanceOf(NonDeterministicException.class)
        .hasMessageContaining("the records' coder must be deterministic");
  }

  @Example
  void blockKeepsRecordsWhenListChanges() {
    List<Long> records = new ArrayList<>(List.of(1L, 2L));
    Block<Long> block = new Block<>(records);
    records.clear();
    assertThat(block.records()).containsExactly(1L, 2L);
    assertThat(block.size()).isEqualTo(2);
  }

  @Property(seed = "2", tries = 200)
  void rangesSurviveTheirCoder(@ForAll String file, @ForAll long start) throws Exception {
    long from = start & (Long.MAX_VALUE >> 1);
    Coder<FileRange> coder = FileRange.coder();
    CoderProperties.coderDecodeEncodeEqual(coder, new FileRange(listed(file), from, from + 1));
    CoderProperties.coderDecodeEncodeEqual(coder, FileRange.all(listed(file)));
  }

  @Example
  void aRangeIsNeverEmpty() {
    assertThatThrownBy(() -> new FileRange(listed("f"), 3, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("end must be > start 3, got 3");
    assertThatThrownBy(() -> new FileRange(listed("f"), -1, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("start must be >= 0, got -1");
  }

  private static InputFile listed(String name) {
    return InputFile.of(name, 5, 1_700_000_000_000L);
  }
}

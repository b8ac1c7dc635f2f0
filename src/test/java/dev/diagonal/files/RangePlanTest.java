package dev.diagonal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.diagonal.files.stored.InputFile;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RangePlanTest {

  private static final long MIB = 1L << 20;

  @Property(seed = "1", edgeCases = EdgeCasesMode.NONE)
  void rangesCoverEveryByteOnceInOrder(
      @ForAll("files") List<InputFile> files, @ForAll("plans") RangePlan plan) {
    List<FileRange> ranges = plan.cut(new InputFiles(files));
    int next = 0;
    for (InputFile file : files) {
      long covered = 0;
      while (next < ranges.size() && ranges.get(next).file().equals(file.name())) {
        FileRange range = ranges.get(next++);
        assertThat(range.start()).isEqualTo(covered);
        covered = range.end();
      }
      boolean compressed = !file.splittable();
      assertThat(covered).isEqualTo(compressed ? FileRange.TO_THE_END : file.bytes());
    }
    assertThat(next).isEqualTo(ranges.size());
  }

  @Property(seed = "2", edgeCases = EdgeCasesMode.NONE)
  void limitsRangesToMaximumPlusOnePerFile(
      @ForAll("files") List<InputFile> files, @ForAll("plans") RangePlan plan) {
    assertThat(plan.cut(new InputFiles(files)))
        .hasSizeLessThanOrEqualTo(plan.maxRanges() + files.size());
  }

  @Property(seed = "3")
  void rangesOfFileAreEqualAndNearBounds(
      @ForAll("sizes") long bytes, @ForAll("plans") RangePlan plan) {
    List<FileRange> ranges = plan.cut(files(file("a", bytes, true)));
    long first = ranges.isEmpty() ? 0 : ranges.get(0).end();
    assertThat(ranges.stream().limit(Math.max(0, ranges.size() - 1)))
        .allSatisfy(range -> assertThat(range.end() - range.start()).isEqualTo(first));
    if (ranges.size() > 1) {
      assertThat(first).isGreaterThanOrEqualTo(plan.minRangeBytes() * 2 / 3);
    }
    long most = Math.max(plan.maxRangeBytes(), (bytes + plan.maxRanges() - 1) / plan.maxRanges());
    assertThat(first).isLessThanOrEqualTo(most + most / 2 + 1);
  }

  @Example
  void rangeIsEighthOfInputWithinBounds() {
    assertThat(RangePlan.DEFAULT.cut(files(file("a", 3 * MIB, true)))).hasSize(1);
    assertThat(RangePlan.DEFAULT.cut(files(file("a", 20 * MIB, true)))).hasSize(5);
    assertThat(RangePlan.DEFAULT.cut(files(file("a", 512 * MIB, true)))).hasSize(8);
    assertThat(RangePlan.DEFAULT.cut(files(file("a", 8192 * MIB, true)))).hasSize(64);
    assertThat(RangePlan.DEFAULT.cut(files(file("a", 1 << 20, true)))).hasSize(1);
    assertThat(RangePlan.DEFAULT.cut(files(file("a", 1024 * 1024 * MIB, true)))).hasSize(256);
  }

  @Example
  void moreReadersHaveMoreRanges() {
    InputFiles input = files(file("a", 8192 * MIB, true));

    assertThat(RangePlan.DEFAULT.forReaders(1).cut(input)).hasSize(64);
    assertThat(RangePlan.DEFAULT.forReaders(64).cut(input)).hasSize(256);
  }

  @Example
  void refusesBoundsThatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RangePlan(1, 0, 1, 1))
        .withMessage("minRangeBytes must be > 0, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RangePlan(1, 5, 4, 1))
        .withMessage("maxRangeBytes must be >= minRangeBytes 5, got 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RangePlan(1, 1, 1, 0))
        .withMessage("maxRanges must be > 0, got 0");
  }

  @Provide
  Arbitrary<Long> sizes() {
    return Arbitraries.oneOf(
        Arbitraries.longs().between(0, 100), Arbitraries.longs().between(0, 10_000));
  }

  @Provide
  Arbitrary<List<InputFile>> files() {
    return Combinators.combine(sizes(), Arbitraries.of(true, true, false))
        .as((bytes, splittable) -> file("", bytes, splittable))
        .list()
        .ofMaxSize(20)
        .map(RangePlanTest::named);
  }

  @Provide
  Arbitrary<RangePlan> plans() {
    return Combinators.combine(
            Arbitraries.longs().between(1, 500),
            Arbitraries.longs().between(0, 500),
            Arbitraries.integers().between(1, 100))
        .as((min, more, ranges) -> new RangePlan(16, min, min + more, ranges));
  }

  private static List<InputFile> named(List<InputFile> files) {
    List<InputFile> named = new ArrayList<>();
    for (InputFile file : files) {
      named.add(file("file-" + named.size(), file.bytes(), file.splittable()));
    }
    return named;
  }

  private static InputFiles files(InputFile... files) {
    return new InputFiles(List.of(files));
  }

  private static InputFile file(String name, long bytes, boolean splittable) {
    InputFile file = InputFile.of(name, bytes, InputFile.UNKNOWN_TIME);
    return splittable ? file : file.whole();
  }
}

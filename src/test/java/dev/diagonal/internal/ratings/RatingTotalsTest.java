package dev.diagonal.internal.ratings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.internal.block.Shards;
import dev.diagonal.ratings.data.MovieRating;
import dev.diagonal.testing.ExactTotals;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RatingTotalsTest {

  private record Rating(long movie, int thousandths) {}

  @Property(seed = "1", tries = 500, edgeCases = EdgeCasesMode.NONE)
  void totalsAreExact(@ForAll("ratings") List<Rating> ratings) {
    assertThat(sorted(totalsOf(ratings))).isEqualTo(oracle(ratings));
  }

  @Property(seed = "2", tries = 500, edgeCases = EdgeCasesMode.NONE)
  void partsAddUpInAnyOrder(
      @ForAll("ratings") List<Rating> ratings,
      @ForAll @IntRange(min = 1, max = 5) int parts,
      @ForAll @IntRange(min = 1, max = 20) int shards,
      @ForAll @Size(10) List<Integer> seeds) {
    List<Rating> shuffled = new ArrayList<>(ratings);
    Collections.shuffle(shuffled, new Random(seeds.get(0)));
    List<byte[]> encoded = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      int from = shuffled.size() * part / parts;
      int to = shuffled.size() * (part + 1) / parts;
      totalsOf(shuffled.subList(from, to))
          .encodeByShard(new Shards(shards), (bytes, shard) -> encoded.add(bytes));
    }
    Collections.shuffle(encoded, new Random(seeds.get(1)));
    RatingTotals merged = new RatingTotals();
    encoded.forEach(merged::addEncoded);
    assertThat(sorted(merged)).isEqualTo(oracle(ratings));
  }

  @Property(seed = "3", tries = 200, edgeCases = EdgeCasesMode.NONE)
  void assignsMoviesToTheirShardWithoutEmptyParts(
      @ForAll("ratings") List<Rating> ratings, @ForAll @IntRange(min = 1, max = 20) int count) {
    Shards shards = new Shards(count);
    List<MovieRating> all = new ArrayList<>();
    List<Integer> seen = new ArrayList<>();
    totalsOf(ratings)
        .encodeByShard(
            shards,
            (bytes, shard) -> {
              RatingTotals part = new RatingTotals();
              part.addEncoded(bytes);
              assertThat(sorted(part))
                  .isNotEmpty()
                  .allSatisfy(r -> assertThat(shards.of(r.movieId())).isEqualTo(shard));
              all.addAll(sorted(part));
              seen.add(shard);
            });
    assertThat(seen).doesNotHaveDuplicates();
    assertThat(all).containsExactlyInAnyOrderElementsOf(oracle(ratings));
  }

  @Example
  void growsWithTheMovies() {
    List<Rating> ratings = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      ratings.add(new Rating((long) i * 4096 - 1_000_000, random.nextInt(5_000)));
      ratings.add(new Rating(random.nextLong(), random.nextInt(5_000)));
      ratings.add(new Rating(random.nextInt(1_000), random.nextInt(5_000)));
    }
    RatingTotals totals = totalsOf(ratings);
    List<MovieRating> expected = oracle(ratings);
    assertThat(totals.movies()).isEqualTo(expected.size());
    assertThat(sorted(totals)).isEqualTo(expected);
  }

  @Example
  void aClearedTableIsEmptyAndUsable() {
    RatingTotals totals = totalsOf(List.of(new Rating(0, 1), new Rating(7, 2)));
    totals.clear();
    assertThat(totals.movies()).isZero();
    assertThat(sorted(totals)).isEmpty();
    totals.add(0, 500);
    assertThat(sorted(totals)).containsExactly(new MovieRating(0, 1, 500, 500, 500));
  }

  @Example
  void aBatchIsAddedAsItsRatings() {
    RatingBatch batch = new RatingBatch(2);
    batch.add(1, 10);
    assertThat(batch.isFull()).isFalse();
    batch.add(1, -20);
    assertThat(batch.isFull()).isTrue();
    RatingTotals totals = new RatingTotals();
    totals.addAll(batch);
    batch.clear();
    totals.addAll(batch);
    assertThat(sorted(totals)).containsExactly(new MovieRating(1, 2, -10, -20, 10));
  }

  @Property(seed = "4", tries = 200, edgeCases = EdgeCasesMode.NONE)
  void batchesOfAnySizeHaveEqualTotals(
      @ForAll("ratings") List<Rating> ratings, @ForAll @IntRange(min = 1, max = 20) int capacity) {
    assertThat(sorted(totalsOf(ratings, capacity))).isEqualTo(oracle(ratings));
  }

  @Example
  void growsWithinABatch() {
    List<Rating> ratings = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      ratings.add(new Rating(i % 5_000 * 777L - 9_000, i % 11));
    }
    assertThat(sorted(totalsOf(ratings, 10_000))).isEqualTo(oracle(ratings));
  }

  @Example
  void aSumOrCountBeyond64BitsThrows() {
    RatingTotals totals = new RatingTotals();
    totals.add(1, 1, Long.MAX_VALUE - 1, 0, 0);
    totals.add(1, 1, 1, 0, 0);
    assertThatThrownBy(() -> totals.add(1, 1, 1, 0, 0)).isInstanceOf(ArithmeticException.class);
    totals.add(2, Long.MAX_VALUE, 0, 0, 0);
    assertThatThrownBy(() -> totals.add(2, 1, 0, 0, 0)).isInstanceOf(ArithmeticException.class);
  }

  @Provide
  Arbitrary<List<Rating>> ratings() {
    Arbitrary<Long> movies =
        Arbitraries.oneOf(Arbitraries.longs().between(-5, 5), Arbitraries.longs());
    Arbitrary<Integer> thousandths =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, 5_000),
            Arbitraries.integers().between(-1_000_000_000, 1_000_000_000));
    return Combinators.combine(movies, thousandths).as(Rating::new).list().ofMaxSize(80);
  }

  private static RatingTotals totalsOf(List<Rating> ratings) {
    RatingTotals totals = new RatingTotals();
    ratings.forEach(rating -> totals.add(rating.movie(), rating.thousandths()));
    return totals;
  }

  private static RatingTotals totalsOf(List<Rating> ratings, int capacity) {
    RatingTotals totals = new RatingTotals();
    RatingBatch batch = new RatingBatch(capacity);
    int wanted = 1; // later batches are larger
    for (Rating rating : ratings) {
      batch.add(rating.movie(), rating.thousandths());
      if (batch.size() == wanted) {
        totals.addAll(batch);
        batch.clear();
        wanted = Math.min(capacity, 2 * wanted);
      }
    }
    totals.addAll(batch);
    return totals;
  }

  private static List<MovieRating> sorted(RatingTotals totals) {
    List<MovieRating> ratings = new ArrayList<>();
    totals.forEachSorted(ratings::add);
    return ratings;
  }

  private static List<MovieRating> oracle(List<Rating> ratings) {
    ExactTotals exact = new ExactTotals();
    ratings.forEach(
        rating -> exact.add(rating.movie(), BigDecimal.valueOf(rating.thousandths(), 3)));
    return exact.totals();
  }
}

package dev.diagonal.statement;

import dev.diagonal.grid.Grid;
import dev.diagonal.jdbc.table.Column;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.VarInt;

/** A person who knows another, of few persons, so that writers meet. */
record Knows(int id, int source, int target) implements Serializable {

  static final int PERSONS = 40;

  static final Grid<Knows> GRID = Grid.monopartite(8).byLongs(Knows::source, Knows::target);

  static final RowParameters<Knows> PARAMETERS =
      new RowParameters<>(
          List.of(
              Column.of("id", "bigint"),
              Column.of("source", "bigint"),
              Column.of("target", "bigint")),
          (knows, values) -> values.putLong(knows.id).putLong(knows.source).putLong(knows.target));

  static List<Knows> all(int count) {
    return IntStream.range(0, count)
        .mapToObj(id -> new Knows(id, id * 7 % PERSONS, (id / 3 * 11 + 5) % PERSONS))
        .toList();
  }

  /** Returns how many relationships each person has at both ends, by its number. */
  static List<Long> degrees(List<Knows> all) {
    return IntStream.range(0, PERSONS)
        .mapToObj(
            person ->
                all.stream().filter(knows -> knows.source == person).count()
                    + all.stream().filter(knows -> knows.target == person).count())
        .toList();
  }

  static Coder<Knows> coder() {
    return new AtomicCoder<>() {
      @Override
      public void encode(Knows knows, OutputStream out) throws IOException {
        VarInt.encode(knows.id, out);
        VarInt.encode(knows.source, out);
        VarInt.encode(knows.target, out);
      }

      @Override
      public Knows decode(InputStream in) throws IOException {
        return new Knows(VarInt.decodeInt(in), VarInt.decodeInt(in), VarInt.decodeInt(in));
      }
    };
  }
}

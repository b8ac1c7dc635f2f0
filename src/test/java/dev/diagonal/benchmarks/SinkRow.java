package dev.diagonal.benchmarks;

import dev.diagonal.jdbc.table.Column;
import dev.diagonal.jdbc.table.RowValues;
import dev.diagonal.jdbc.table.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;

/** A row of five columns, made of its number. */
record SinkRow(long id, long user, int movie, double rating, String title) {

  static final Table TABLE =
      Table.of(
          "sink_rows",
          Column.key("id", "bigint"),
          Column.of("user_id", "bigint"),
          Column.of("movie_id", "integer"),
          Column.of("rating", "double precision"),
          Column.of("title", "text"));

  static SinkRow of(long id) {
    int movie = (int) (id * 31 % 40_000);
    return new SinkRow(id, id * 17 % 100_000, movie, id % 10 / 2.0, "movie number " + movie);
  }

  void put(RowValues values) {
    values.putLong(id).putLong(user).putInt(movie).putDouble(rating).putText(title);
  }

  void set(PreparedStatement statement) throws SQLException {
    statement.setLong(1, id);
    statement.setLong(2, user);
    statement.setInt(3, movie);
    statement.setDouble(4, rating);
    statement.setString(5, title);
  }

  static final class Coder extends AtomicCoder<SinkRow> {
    static final Coder OF = new Coder();

    @Override
    public void encode(SinkRow row, OutputStream out) throws IOException {
      BigEndianLongCoder.of().encode(row.id, out);
      BigEndianLongCoder.of().encode(row.user, out);
      BigEndianLongCoder.of().encode((long) row.movie, out);
      BigEndianLongCoder.of().encode(Double.doubleToLongBits(row.rating), out);
      StringUtf8Coder.of().encode(row.title, out);
    }

    @Override
    public SinkRow decode(InputStream in) throws IOException {
      return new SinkRow(
          BigEndianLongCoder.of().decode(in),
          BigEndianLongCoder.of().decode(in),
          BigEndianLongCoder.of().decode(in).intValue(),
          Double.longBitsToDouble(BigEndianLongCoder.of().decode(in)),
          StringUtf8Coder.of().decode(in));
    }
  }
}

package dev.diagonal.internal.taxi;

import dev.diagonal.internal.files.stored.Piece;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a {@link Trip}: its id as 16 bytes, a varint with a bit per column that has a value, then
 * these values and the piece. Whole numbers and times are zigzag varints, other numbers eight
 * bytes, texts UTF-8 with their length. A trip with 20 columns takes about 120 bytes.
 */
final class TripCoder extends AtomicCoder<Trip> {

  static final TripCoder OF = new TripCoder();

  private static final TripColumn[] COLUMNS = TripColumn.values();
  private static final StringUtf8Coder TEXT = StringUtf8Coder.of();
  private static final Coder<@Nullable Piece> PIECE = NullableCoder.of(Piece.coder());

  private TripCoder() {}

  @Override
  public void encode(Trip trip, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeLong(trip.file());
    data.writeLong(trip.offset());
    VarInt.encode(trip.present(), out);
    for (TripColumn column : COLUMNS) {
      if (!trip.isNull(column)) {
        long raw = trip.raw(column);
        switch (column.kind()) {
          case WHOLE, TIME -> VarInt.encode((raw << 1) ^ (raw >> 63), out);
          case NUMBER -> data.writeLong(raw);
          case TEXT -> TEXT.encode(trip.flag(), out);
        }
      }
    }
    PIECE.encode(trip.piece(), out);
  }

  @Override
  public Trip decode(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    long file = data.readLong();
    long offset = data.readLong();
    int present = VarInt.decodeInt(in);
    long[] values = new long[COLUMNS.length];
    String flag = null;
    for (int i = 0; i < COLUMNS.length; i++) {
      if ((present & 1 << i) != 0) {
        switch (COLUMNS[i].kind()) {
          case WHOLE, TIME -> {
            long zigzag = VarInt.decodeLong(in);
            values[i] = (zigzag >>> 1) ^ -(zigzag & 1);
          }
          case NUMBER -> values[i] = data.readLong();
          case TEXT -> flag = TEXT.decode(in);
        }
      }
    }
    return new Trip(file, offset, values, present, flag, PIECE.decode(in));
  }

  @Override
  public boolean consistentWithEquals() {
    return true;
  }
}

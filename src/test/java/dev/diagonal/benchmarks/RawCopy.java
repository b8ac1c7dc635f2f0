package dev.diagonal.benchmarks;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** The limit: ready-made binary COPYs of 50,000 rows, sent over some connections. */
final class RawCopy {

  private static final int ROWS = 50_000;

  private final List<byte[]> copies = new ArrayList<>();

  RawCopy(long rows) throws IOException {
    for (long from = 0; from < rows; from += ROWS) {
      copies.add(encoded(from, Math.min(rows, from + ROWS)));
    }
  }

  void run(String url, String user, int connections) throws Exception {
    ConcurrentLinkedQueue<byte[]> left = new ConcurrentLinkedQueue<>(copies);
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        done.add(threads.submit(() -> send(url, user, left)));
      }
      for (Future<?> each : done) {
        each.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private static Void send(String url, String user, ConcurrentLinkedQueue<byte[]> left)
      throws Exception {
    try (Connection connection = DriverManager.getConnection(url, user, null)) {
      for (byte[] bytes = left.poll(); bytes != null; bytes = left.poll()) {
        CopyIn copy =
            connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(
                    "COPY sink_rows (id, user_id, movie_id, rating, title) FROM STDIN (FORMAT"
                        + " binary)");
        for (int from = 0; from < bytes.length; from += 1 << 16) {
          copy.writeToCopy(bytes, from, Math.min(1 << 16, bytes.length - from));
        }
        copy.endCopy();
      }
    }
    return null;
  }

  private static byte[] encoded(long from, long to) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(new byte[] {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0});
      out.writeLong(0);
      for (long id = from; id < to; id++) {
        SinkRow row = SinkRow.of(id);
        byte[] title = row.title().getBytes(StandardCharsets.UTF_8);
        out.writeShort(5);
        out.writeInt(8);
        out.writeLong(row.id());
        out.writeInt(8);
        out.writeLong(row.user());
        out.writeInt(4);
        out.writeInt(row.movie());
        out.writeInt(8);
        out.writeDouble(row.rating());
        out.writeInt(title.length);
        out.write(title);
      }
      out.writeShort(-1);
    }
    return bytes.toByteArray();
  }
}

package dev.diagonal.internal.donors;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.elasticsearch.bulk.BulkSettings;
import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer;
import dev.diagonal.internal.bytes.KeyHash;
import dev.diagonal.internal.join.ShardJoin;
import dev.diagonal.metrics.Written;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a document of every donation of a shard: its own fields, those of its project, and those of
 * the project's resources, grouped. A donation without a project has only its own fields. The first
 * project in the file with an id wins; later ones are rejected.
 *
 * <p>Holds the encoded projects and resources of a shard, and the JSON of those projects that have
 * donations.
 */
public final class DonorsJoin implements ShardJoin<PackedRows, PackedRows, Written> {

  private final List<DocumentSink> sinks;
  private final Map<Key, ProjectRow> projects = new HashMap<>();
  private final Key lookup = new Key();
  private final JsonBytes document = new JsonBytes();

  DonorsJoin(List<DocumentSink> sinks) {
    this.sinks = sinks;
  }

  /**
   * Returns a factory of joins.
   *
   * @param files where each shard writes a file of JSON lines, or null for no files
   * @param shards how many shards there are
   * @param index the index of the documents, or null for none
   */
  public static ShardJoin.Factory<PackedRows, PackedRows, Written> into(
      DonationFiles.@Nullable Target files, int shards, @Nullable BulkSettings index) {
    return () -> {
      List<DocumentSink> sinks = new ArrayList<>();
      if (files != null) {
        sinks.add(new DonationFiles(files, shards));
      }
      if (index != null) {
        sinks.add(new DonationIndex(index));
      }
      return new DonorsJoin(sinks);
    };
  }

  @Override
  public void open(int shard) {
    projects.clear();
    sinks.forEach(sink -> sink.open(shard));
  }

  @Override
  public void build(PackedRows block, LineConsumer.Output<Written> output) {
    PackedRowReader rows = new PackedRowReader(block.bytes());
    while (rows.next()) {
      ProjectRow.Place place =
          new ProjectRow.Place(
              block.file(), rows.offset(), block.bytes(), rows.valuesStart(), rows.valuesEnd());
      lookup.set(block.bytes(), rows.keyStart(), rows.keyEnd());
      ProjectRow project = projects.get(lookup);
      if (project == null) {
        project = new ProjectRow();
        projects.put(lookup.copy(), project);
      }
      if (block.table() == Table.RESOURCES) {
        project.addResource(place);
        continue;
      }
      ProjectRow.Place second = project.offer(place);
      if (second != null) {
        reject(second, lookup, output);
      }
    }
  }

  @Override
  public void probe(PackedRows block, LineConsumer.Output<Written> output) {
    PackedRowReader rows = new PackedRowReader(block.bytes());
    while (rows.next()) {
      document.truncate(0);
      PackedRowReader.forEachValue(
          block.bytes(), rows.valuesStart(), rows.valuesEnd(), this::addField);
      // A comma precedes each field, including the first.
      document.bytes()[0] = '{';
      lookup.set(block.bytes(), rows.keyStart(), rows.keyEnd());
      ProjectRow project = projects.get(lookup);
      if (project != null) {
        document.add(project.fragment());
      }
      document.add('}');
      for (DocumentSink sink : sinks) {
        sink.accept(block.bytes(), rows.idStart(), rows.idEnd(), document, output);
      }
    }
  }

  private void addField(int column, byte[] bytes, int start, int end) {
    document.add(ProjectRow.Prefixes.OF[column]);
    document.add(bytes, start, end);
  }

  @Override
  public void finish(LineConsumer.Output<Written> output) {
    sinks.forEach(sink -> sink.finish(output));
    projects.clear();
  }

  @Override
  public void close() {
    sinks.forEach(DocumentSink::close);
  }

  private static void reject(ProjectRow.Place place, Key id, LineConsumer.Output<Written> output) {
    JsonBytes fields = new JsonBytes();
    place.addTo(fields);
    String json = new String(fields.bytes(), 0, fields.size(), UTF_8);
    output.reject(
        new DeadLetter(
            place.file(),
            place.offset(),
            "an earlier project has the id " + id,
            json.isEmpty() ? "{}" : "{" + json.substring(1) + "}"));
  }

  /** An id: a range of bytes that is compared by its contents. */
  private static final class Key {
    private byte[] bytes = {};
    private int start;
    private int end;

    void set(byte[] bytes, int start, int end) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
    }

    Key copy() {
      Key copy = new Key();
      copy.set(Arrays.copyOfRange(bytes, start, end), 0, end - start);
      return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && Arrays.equals(bytes, start, end, key.bytes, key.start, key.end);
    }

    @Override
    public int hashCode() {
      return KeyHash.of(bytes, start, end);
    }

    @Override
    public String toString() {
      return new String(bytes, start, end - start, UTF_8);
    }
  }
}

package dev.diagonal.internal.donors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A project in a shard: its row, the rows of its resources, and their JSON. */
final class ProjectRow {

  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final List<Table.Column> RESOURCE_COLUMNS = Table.RESOURCES.columns();
  private static final int FIRST_RESOURCE_COLUMN = RESOURCE_COLUMNS.get(0).number();

  private @Nullable Place row;
  private final List<Place> resources = new ArrayList<>(2);
  private byte @Nullable [] fragment;

  /**
   * The place of a row: in its file, and in memory.
   *
   * @param bytes the values, from {@code start} to {@code end}
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Place(String file, long offset, byte[] bytes, int start, int end) {
    static final Comparator<Place> IN_FILE_ORDER =
        Comparator.comparing(Place::file).thenComparingLong(Place::offset);

    /** Adds the fields, each preceded by a comma. */
    void addTo(JsonBytes json) {
      PackedRowReader.forEachValue(
          bytes, start, end, (column, from, at, to) -> add(json, column, from, at, to));
    }

    private static void add(JsonBytes json, int column, byte[] from, int at, int to) {
      json.add(Prefixes.OF[column]);
      json.add(from, at, to);
    }
  }

  /** The names of the fields by the numbers of their columns. */
  static final class Prefixes {
    static final byte[][] OF = new byte[Table.COLUMNS][];

    static {
      for (Table table : Table.values()) {
        table.columns().forEach(column -> OF[column.number()] = column.prefix());
      }
    }

    private Prefixes() {}
  }

  /**
   * Sets the row of the project. If there are two, keeps the first one in the file and returns the
   * other.
   */
  @Nullable Place offer(Place place) {
    Place known = row;
    if (known == null) {
      row = place;
      return null;
    }
    if (Place.IN_FILE_ORDER.compare(known, place) <= 0) {
      return place;
    }
    row = place;
    return known;
  }

  void addResource(Place place) {
    resources.add(place);
  }

  /** Returns the fields of the project and of its resources, each preceded by a comma. */
  byte[] fragment() {
    byte[] known = fragment;
    if (known != null) {
      return known;
    }
    JsonBytes json = new JsonBytes();
    if (row != null) {
      row.addTo(json);
      resources.sort(Place.IN_FILE_ORDER);
      if (resources.size() == 1) {
        resources.get(0).addTo(json);
      } else if (!resources.isEmpty()) {
        addLists(json);
      }
    }
    known = json.toByteArray();
    fragment = known;
    resources.clear();
    return known;
  }

  /** Adds a list per column, with one element per resource. */
  private void addLists(JsonBytes json) {
    JsonBytes[] lists = new JsonBytes[RESOURCE_COLUMNS.size()];
    for (int i = 0; i < lists.length; i++) {
      lists[i] = new JsonBytes();
    }
    boolean[] there = new boolean[lists.length];
    for (Place resource : resources) {
      Arrays.fill(there, false);
      PackedRowReader.forEachValue(
          resource.bytes(),
          resource.start(),
          resource.end(),
          (column, from, at, to) -> {
            JsonBytes list = lists[column - FIRST_RESOURCE_COLUMN];
            list.add(list.size() == 0 ? '[' : ',');
            list.add(from, at, to);
            there[column - FIRST_RESOURCE_COLUMN] = true;
          });
      for (int i = 0; i < lists.length; i++) {
        if (!there[i]) {
          lists[i].add(lists[i].size() == 0 ? '[' : ',');
          lists[i].add(NULL);
        }
      }
    }
    for (int i = 0; i < lists.length; i++) {
      if (i != Table.RESOURCES.keyColumn()) {
        json.add(RESOURCE_COLUMNS.get(i).prefix());
        json.add(lists[i].bytes(), 0, lists[i].size());
        json.add(']');
      }
    }
  }
}

package dev.diagonal.grid;

import static org.apache.beam.vendor.guava.v32_1_2_jre.com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Schedule}, the functions that assign a record's two ends to its slots, and the locks
 * that separate its cells from those of other runs. Immutable and thread-safe, if its functions
 * are.
 *
 * <p>{@link #monopartite} is always correct: any id may be at both ends. {@link #bipartite} has
 * more cells and fits if sources and targets are different things, such as users and products.
 * {@link #components} is for records with a column that splits them so that no id is in two
 * components.
 *
 * <p>Locks: hashed ids lock the same {@link Slots#BUCKETS} buckets in every run, with any table
 * size, bipartite or monopartite. Slots of a custom extractor and components have their own
 * numbers.
 *
 * @param <T> the type of a record
 */
public final class Grid<T> implements CellLocks {

  /** The slots of one end of a record. */
  @FunctionalInterface
  public interface SlotOf<T> extends Serializable {
    int slotOf(T record);
  }

  /** Returns a whole number of a record, without boxing. */
  @FunctionalInterface
  public interface LongOf<T> extends Serializable {
    long longOf(T record);
  }

  private static final int SIDES = 2;

  private final Schedule schedule;
  private final SlotOf<T> row;
  private final SlotOf<T> column;
  private final LockNumbers locks;
  private final String domain;

  private final @Nullable EndIds<T> hashes;

  private final boolean spreadsHotEnds;

  private Grid(
      Schedule schedule,
      SlotOf<T> row,
      SlotOf<T> column,
      LockNumbers locks,
      String domain,
      @Nullable EndIds<T> hashes,
      boolean spreadsHotEnds) {
    this.schedule = schedule;
    this.row = row;
    this.column = column;
    this.locks = locks;
    this.domain = domain;
    this.hashes = hashes;
    this.spreadsHotEnds = spreadsHotEnds;
  }

  private Grid(
      Schedule schedule, SlotOf<T> row, SlotOf<T> column, LockNumbers locks, String domain) {
    this(schedule, row, column, locks, domain, null, false);
  }

  private static <T> Grid<T> of(Schedule schedule, EndIds<T> hashes) {
    Slots slots = new Slots(schedule.tableSize());
    return new Grid<>(
        schedule,
        record -> slots.ofHash(hashes.row().slotOf(record)),
        record -> slots.ofHash(hashes.column().slotOf(record)),
        slots::bucketsOf,
        "",
        hashes,
        false);
  }

  @FunctionalInterface
  private interface LockNumbers extends Serializable {
    int[] of(int slot);
  }

  /**
   * Starts a grid whose sources and targets are different things: equal ids on different sides are
   * not the same.
   *
   * @throws IllegalArgumentException if {@code tableSize} is not 1 to 64
   */
  public static Ends bipartite(int tableSize) {
    return new Ends(new BipartiteSchedule(tableSize));
  }

  /**
   * Starts a grid on which an id may be at both ends.
   *
   * @throws IllegalArgumentException if {@code tableSize} is not 1 to 64
   */
  public static Ends monopartite(int tableSize) {
    return new Ends(new MonopartiteSchedule(tableSize));
  }

  /**
   * Returns a grid of records that a column already splits: records of different components share
   * no id.
   *
   * @throws IllegalArgumentException if {@code tableSize} is not 1 to 64
   */
  public static <T> Grid<T> components(
      int tableSize, SerializableFunction<T, ? extends @Nullable Object> component) {
    Slots slots = new Slots(tableSize);
    SlotOf<T> slot = record -> slots.of(component.apply(record));
    return new Grid<>(
        new ComponentsSchedule(tableSize), slot, slot, slots::bucketsOf, "components");
  }

  /**
   * Returns a grid for writers that share nothing: one cell, whose batches may all be written
   * concurrently, without locks.
   */
  public static <T> Grid<T> open() {
    return new Grid<>(new OpenSchedule(), record -> 0, record -> 0, slot -> new int[0], "open");
  }

  /** A schedule that still needs the ends of a record. */
  public record Ends(Schedule schedule) {

    /** Sets the ids of both ends: whole numbers, texts, bytes or UUIDs. */
    public <T> Grid<T> by(
        SerializableFunction<T, ? extends @Nullable Object> source,
        SerializableFunction<T, ? extends @Nullable Object> target) {
      return of(schedule, EndIds.of(source, target));
    }

    /** Sets the ids of both ends, whole numbers. */
    public <T> Grid<T> byLongs(LongOf<T> source, LongOf<T> target) {
      return of(schedule, EndIds.ofLongs(source, target));
    }

    /** Sets the ids of both ends to fields of a row. */
    public Grid<Row> byFields(String source, String target) {
      return by(row -> row.getValue(source), row -> row.getValue(target));
    }

    /**
     * Sets the slots directly, from 0 to the table size - 1; other slots are refused.
     *
     * @param name distinguishes the locks of these slots from others; the same name must mean the
     *     same slots
     */
    public <T> Grid<T> bySlots(String name, SlotOf<T> row, SlotOf<T> column) {
      return new Grid<>(
          schedule, row, column, slot -> new int[] {slot}, name + ":" + schedule.tableSize());
    }
  }

  public Schedule schedule() {
    return schedule;
  }

  /**
   * Returns the number of the cell of a record, from 0 to {@link Schedule#cells} - 1.
   *
   * @throws NotOnGridException if an id is null or invalid, or a slot is out of range; the message
   *     has the reason
   */
  public int cellOf(T record) {
    return schedule.indexOf(row.slotOf(record), column.slotOf(record));
  }

  /**
   * Returns the ids at the ends of a record, the source first; nothing if slots are not made of two
   * ids.
   */
  public List<Object> endsOf(T record) {
    return hashes == null ? List.of() : hashes.idsOf(record);
  }

  /**
   * Returns this grid with the records of hot ends spread over all cells: the cell of such a record
   * depends only on its other end. A writer must then check by {@link #holdsRow} and {@link
   * #holdsColumn} which ends its batch has locked.
   *
   * @throws IllegalArgumentException if slots are not hashes of ids
   */
  public Grid<T> spreadingHotEnds() {
    checkArgument(
        hashes != null,
        "hot ends can be spread only if slots are hashes of ids, not in %s",
        domain);
    return new Grid<>(schedule, row, column, locks, domain, hashes, true);
  }

  /**
   * Returns a function that returns the number of the cell of a record, as {@link #cellOf(Object)}
   * does unless this grid {@linkplain #spreadingHotEnds spreads} hot ends. It remembers the records
   * that it has seen, and is not safe for use by several threads.
   */
  public ToIntFunction<T> cells() {
    EndIds<T> ends = hashes;
    if (!spreadsHotEnds || ends == null) {
      return this::cellOf;
    }
    HotEnds hot = new HotEnds();
    return record -> spreadCellOf(record, ends, hot);
  }

  private int spreadCellOf(T record, EndIds<T> hashes, HotEnds hot) {
    int rowHash = hashes.row().slotOf(record);
    int columnHash = hashes.column().slotOf(record);
    hot.addRecord();
    boolean rowIsHot = hot.add(rowHash);
    boolean columnIsHot = hot.add(columnHash);
    Slots slots = new Slots(schedule.tableSize());
    int rowSlot = slots.ofHash(rowHash);
    int columnSlot = slots.ofHash(columnHash);
    if (rowIsHot && columnIsHot) {
      rowSlot = hot.nextSlot(schedule.tableSize());
      columnSlot = rowSlot;
    } else if (rowIsHot) {
      rowSlot = columnSlot;
    } else if (columnIsHot) {
      columnSlot = rowSlot;
    }
    return schedule.indexOf(rowSlot, columnSlot);
  }

  /**
   * Returns whether the locks of a cell exclude other transactions from the row end of a record.
   */
  public boolean holdsRow(int cell, T record) {
    Cell slots = schedule.cell(cell);
    int slot = row.slotOf(record);
    return slot == slots.row() || (isOneDomain() && slot == slots.column());
  }

  /**
   * Returns whether the locks of a cell exclude other transactions from the column end of a record.
   */
  public boolean holdsColumn(int cell, T record) {
    Cell slots = schedule.cell(cell);
    int slot = column.slotOf(record);
    return slot == slots.column() || (isOneDomain() && slot == slots.row());
  }

  private boolean isOneDomain() {
    return !(schedule instanceof BipartiteSchedule);
  }

  @Override
  public String domain() {
    return domain;
  }

  /**
   * {@inheritDoc} A number is twice a bucket, or a custom slot, plus one for the column side. If an
   * id may be at both ends, both sides are locked.
   */
  @Override
  public int[] of(int cell) {
    Cell slots = schedule.cell(cell);
    Set<Integer> numbers = new TreeSet<>();
    add(slots.row(), 0, numbers);
    add(slots.column(), 1, numbers);
    if (isOneDomain()) {
      add(slots.row(), 1, numbers);
      add(slots.column(), 0, numbers);
    }
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public int[] all() {
    return IntStream.range(0, schedule.cells())
        .flatMap(cell -> Arrays.stream(of(cell)))
        .sorted()
        .distinct()
        .toArray();
  }

  private void add(int slot, int side, Set<Integer> numbers) {
    for (int number : locks.of(slot)) {
      numbers.add(number * SIDES + side);
    }
  }
}

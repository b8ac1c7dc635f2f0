package dev.diagonal.benchmarks;

import dev.diagonal.fault.DeadLetter;
import dev.diagonal.files.LineConsumer.Output;
import dev.diagonal.internal.block.Shards;
import dev.diagonal.internal.csv.CsvReader;
import dev.diagonal.internal.csv.RecordConsumer;
import dev.diagonal.internal.donors.DonationFiles;
import dev.diagonal.internal.donors.DonorsJoin;
import dev.diagonal.internal.donors.JoinDonations;
import dev.diagonal.internal.donors.PackRows;
import dev.diagonal.internal.donors.PackedRows;
import dev.diagonal.internal.donors.Table;
import dev.diagonal.internal.join.ShardJoin;
import dev.diagonal.metrics.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/**
 * The steps of {@code donors-choose} one by one on one thread, without a runner: what a pipeline
 * does at once. Every step but the last holds what it makes, so this needs more memory than the
 * pipeline.
 *
 * <p>Arguments: the directory of the three files, and one to write to.
 */
final class DonorSteps {

  private static final int SHARDS = 16;
  private static final int MAX_RECORD_BYTES = 16 << 20;

  private final Path input;
  private double last;

  private DonorSteps(Path input) {
    this.input = input;
  }

  public static void main(String[] args) throws Exception {
    new DonorSteps(Path.of(args[0])).run(Path.of(args[1]));
  }

  /** Puts what is emitted into lists, one a shard; bad records are dropped. */
  private record Shelves(List<List<PackedRows>> shards) implements Output<KV<Integer, PackedRows>> {

    static Shelves empty() {
      List<List<PackedRows>> shards = new ArrayList<>();
      for (int i = 0; i < SHARDS; i++) {
        shards.add(new ArrayList<>());
      }
      return new Shelves(shards);
    }

    @Override
    public void emit(KV<Integer, PackedRows> block) {
      shards.get(block.getKey()).add(block.getValue());
    }

    @Override
    public void reject(DeadLetter line) {}
  }

  /** Takes no account. */
  private static final class Nowhere implements Output<Written> {
    @Override
    public void emit(Written written) {}

    @Override
    public void reject(DeadLetter line) {}
  }

  private void run(Path output) throws IOException {
    long first = System.nanoTime();
    last = seconds();
    for (Table table : Table.values()) {
      each(table, null, Shelves.empty());
    }
    double read = step("read", 0);
    Shelves build = Shelves.empty();
    Shelves probe = Shelves.empty();
    for (Table table : Table.values()) {
      RecordConsumer<KV<Integer, PackedRows>> pack =
          PackRows.of(table, new Shards(SHARDS)).create();
      each(table, pack, table == Table.DONATIONS ? probe : build);
    }
    double unused = step("dates and numbers", read);
    Files.createDirectories(output);
    double joined = join(null, build, probe);
    double written = join(output.toString(), build, probe);
    System.out.printf(Locale.ROOT, "write: %.2f s%n", Math.max(0, written - joined));
    System.out.printf(
        Locale.ROOT,
        "%s%.2f%n",
        Measured.SECONDS,
        (System.nanoTime() - first) / 1e9 - read - joined);
  }

  private void each(
      Table table,
      @Nullable RecordConsumer<KV<Integer, PackedRows>> consumer,
      Output<KV<Integer, PackedRows>> shelves)
      throws IOException {
    String file = table.name().toLowerCase(Locale.ROOT) + ".csv.gz";
    try (CsvReader records =
        new CsvReader(
            java.nio.channels.Channels.newChannel(
                new GZIPInputStream(Files.newInputStream(input.resolve(file)), 1 << 16)),
            JoinDonations.DIALECT,
            MAX_RECORD_BYTES,
            true)) {
      if (consumer != null) {
        consumer.open(file);
      }
      while (records.next()) {
        if (consumer != null && records.problem() == null) {
          String unused = consumer.accept(records, shelves);
        }
      }
    }
    if (consumer != null) {
      consumer.finish(shelves);
    }
  }

  /** Joins all shards; returns the seconds, and reports the steps if nothing is written. */
  private double join(@Nullable String directory, Shelves build, Shelves probe) {
    DonationFiles.Target files = directory == null ? null : DonationFiles.Target.in(directory);
    ShardJoin<PackedRows, PackedRows, Written> join = DonorsJoin.into(files, SHARDS, null).create();
    Nowhere nowhere = new Nowhere();
    double start = seconds();
    double grouping = 0;
    for (int shard = 0; shard < SHARDS; shard++) {
      double before = seconds();
      join.open(shard);
      for (PackedRows block : build.shards().get(shard)) {
        join.build(block, nowhere);
      }
      grouping += seconds() - before;
      for (PackedRows block : probe.shards().get(shard)) {
        join.probe(block, nowhere);
      }
      join.finish(nowhere);
    }
    join.close();
    double all = seconds() - start;
    if (directory == null) {
      System.out.printf(Locale.ROOT, "group: %.2f s%n", grouping);
      System.out.printf(Locale.ROOT, "join and encode: %.2f s%n", all - grouping);
    }
    return all;
  }

  /** Tells a step, less what of it another step has done before. */
  private double step(String name, double less) {
    double now = seconds();
    double taken = now - last;
    last = now;
    System.out.printf(Locale.ROOT, "%s: %.2f s%n", name, Math.max(0, taken - less));
    return taken;
  }

  private static double seconds() {
    return System.nanoTime() / 1e9;
  }
}

package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.internal.fault.Reason;
import dev.diagonal.internal.jdbc.schema.InternalSchema;
import dev.diagonal.internal.rows.types.NamedType;
import dev.diagonal.internal.transfer.mapping.ColumnTypes;
import dev.diagonal.jdbc.connection.LedgerSettings;
import dev.diagonal.pipelines.plan.MappingFile;
import dev.diagonal.pipelines.plan.PlanConnections;
import dev.diagonal.pipelines.plan.PlanWords;
import dev.diagonal.pipelines.plan.YamlNode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.From;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.transfer.mapping.Mapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a transfer of a plan, noting all mistakes. */
public final class TransferNode {

  private final YamlNode node;
  private final Map<String, YamlNode> entries;
  private final PlanConnections connections;
  private final Set<String> written;

  public TransferNode(YamlNode node, PlanConnections connections, Set<String> written) {
    this.node = node;
    this.connections = connections;
    this.written = written;
    this.entries =
        node.entries(
            "from",
            "to",
            "mapping",
            "types",
            "blockRows",
            "commitRows",
            "transaction",
            "snapshot",
            "internalSchema",
            "synchronousCommit",
            "badRecords",
            "maxBadRecords",
            "verify",
            "resume",
            "incrementalColumn",
            "incrementalOverlap");
  }

  /** Returns the options for bad records. */
  public List<String> badRecordArgs() {
    List<String> args = new ArrayList<>();
    YamlNode badRecords = entries.get("badRecords");
    if (badRecords != null) {
      args.add("--badRecords=" + badRecords.pathOf(badRecords.text()));
    }
    if (entries.containsKey("maxBadRecords")) {
      args.add("--maxBadRecords=" + YamlNode.number(entries.get("maxBadRecords"), 0));
    }
    return args;
  }

  /** Returns the transfer, or null if it cannot be made. */
  public @Nullable TransferSpec spec() {
    YamlNode fromNode = node.required(entries, "from");
    From from =
        fromNode == null
            ? null
            : guarded(
                fromNode,
                () -> new SourceNode(fromNode, connections, written, oneSnapshot()).read());
    List<To> sinks = new ArrayList<>();
    YamlNode toNode = node.required(entries, "to");
    for (YamlNode each : toNode == null ? List.<YamlNode>of() : toNode.items()) {
      To to = guarded(each, () -> new SinkNode(each, connections, written).read());
      if (to != null) {
        sinks.add(to);
      }
    }
    Mapping mapping = mapping();
    String transaction = YamlNode.oneOf(entries.get("transaction"), "each", List.of("each", "all"));
    int blockRows = YamlNode.number(entries.get("blockRows"), TransferSpec.BLOCK_ROWS);
    int commitRows = YamlNode.number(entries.get("commitRows"), TransferSpec.COMMIT_ROWS);
    LedgerSettings ledger = ledger();
    ColumnTypes types = types();
    return from == null
        ? null
        : guarded(
            node,
            () ->
                new TransferSpec(
                    from,
                    sinks,
                    mapping,
                    blockRows,
                    commitRows,
                    transaction.equals("all"),
                    ledger,
                    types,
                    isTrue("verify"),
                    isTrue("resume"),
                    OptionsSpec.incremental(
                        SourceNode.textOrNull(entries.get("incrementalColumn")),
                        SourceNode.textOrNull(entries.get("incrementalOverlap"))),
                    0));
  }

  private boolean isTrue(String name) {
    return YamlNode.oneOf(entries.get(name), "false", List.of("true", "false")).equals("true");
  }

  private boolean oneSnapshot() {
    return YamlNode.oneOf(entries.get("snapshot"), "one", List.of("one", "each")).equals("one");
  }

  /** Reads {@code types: text} or {@code types: {zip: text}}. */
  private ColumnTypes types() {
    YamlNode types = entries.get("types");
    if (types == null) {
      return ColumnTypes.GUESSED;
    }
    if (types.isText()) {
      ColumnTypes all = guarded(types, () -> ColumnTypes.of(types.text()));
      return all == null ? ColumnTypes.GUESSED : all;
    }
    Map<String, NamedType> named = new LinkedHashMap<>();
    types
        .entries()
        .forEach(
            (column, type) -> {
              NamedType found = guarded(type, () -> NamedType.of(type.text()));
              if (found != null) {
                named.put(column, found);
              }
            });
    return new ColumnTypes(named, null);
  }

  private LedgerSettings ledger() {
    LedgerSettings settings = LedgerSettings.defaults();
    YamlNode schema = entries.get("internalSchema");
    if (schema != null) {
      InternalSchema named = guarded(schema, () -> new InternalSchema(schema.text()));
      settings = named == null ? settings : settings.withSchema(named.name());
    }
    return YamlNode.oneOf(entries.get("synchronousCommit"), "true", List.of("true", "false"))
            .equals("true")
        ? settings
        : settings.withoutSynchronousCommit();
  }

  interface Reading<T> {
    @Nullable T read();
  }

  /** Reads a value, or notes a mistake at its place and returns null. */
  static <T> @Nullable T guarded(YamlNode place, Reading<T> reading) {
    try {
      return reading.read();
    } catch (IllegalArgumentException | BadInputException | UsageException e) {
      place.mistake(PlanWords.of(Reason.of(e)));
      return null;
    }
  }

  private Mapping mapping() {
    YamlNode mapping = entries.get("mapping");
    if (mapping == null) {
      return Mapping.NONE;
    }
    if (!mapping.isText()) {
      return MappingFile.of(mapping);
    }
    Mapping read =
        guarded(mapping, () -> MappingFile.read(Path.of(mapping.pathOf(mapping.text()))));
    return read == null ? Mapping.NONE : read;
  }
}

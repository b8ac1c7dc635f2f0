package dev.diagonal.pipelines.transfer;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.jdbc.internal.schema.InternalSchema;
import dev.diagonal.jdbc.ledger.LedgerSettings;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.plan.MappingFile;
import dev.diagonal.pipelines.plan.YamlNode;
import dev.diagonal.pipelines.run.OutputPath;
import dev.diagonal.pipelines.transfer.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.TransferSpec.From;
import dev.diagonal.pipelines.transfer.TransferSpec.FromCsv;
import dev.diagonal.pipelines.transfer.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.TransferSpec.FromJsonLines;
import dev.diagonal.pipelines.transfer.TransferSpec.FromParquet;
import dev.diagonal.pipelines.transfer.TransferSpec.To;
import dev.diagonal.pipelines.transfer.TransferSpec.ToCsv;
import dev.diagonal.pipelines.transfer.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.transfer.TransferSpec.ToJsonLines;
import dev.diagonal.pipelines.transfer.TransferSpec.ToParquet;
import dev.diagonal.pipelines.usage.UsageException;
import dev.diagonal.rows.CsvFormat;
import dev.diagonal.rows.types.NamedType;
import dev.diagonal.transfer.mapping.ColumnTypes;
import dev.diagonal.transfer.mapping.DocumentColumns;
import dev.diagonal.transfer.mapping.DocumentId;
import dev.diagonal.transfer.mapping.Mapping;
import dev.diagonal.transfer.parquet.ParquetJars;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a transfer of a plan, noting all mistakes. */
final class TransferNode {

  private static final String[] CSV_KEYS = {
    "csv",
    "style",
    "delimiter",
    "quote",
    "escape",
    "header",
    "columns",
    "encoding",
    "nullText",
    "quotedLineBreaks",
    "comment",
    "skipLines"
  };

  private final YamlNode node;
  private final Map<String, YamlNode> entries;
  private final PlanConnections connections;
  private final Set<String> written;

  TransferNode(YamlNode node, PlanConnections connections, Set<String> written) {
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
            "maxBadRecords");
  }

  /** Returns the options that go with bad records. */
  List<String> badRecordArgs() {
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
  @Nullable TransferSpec spec() {
    YamlNode fromNode = node.required(entries, "from");
    From from = fromNode == null ? null : guarded(fromNode, () -> from(fromNode));
    List<To> sinks = new ArrayList<>();
    YamlNode toNode = node.required(entries, "to");
    for (YamlNode each : toNode == null ? List.<YamlNode>of() : toNode.items()) {
      To to = guarded(each, () -> to(each));
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
                    types));
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

  private interface Reading<T> {
    @Nullable T read();
  }

  private static <T> @Nullable T guarded(YamlNode place, Reading<T> reading) {
    try {
      return reading.read();
    } catch (IllegalArgumentException | BadInputException | UsageException e) {
      place.mistake(String.valueOf(e.getMessage()));
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

  private @Nullable From from(YamlNode from) {
    if (!from.isMap()) {
      from.mistake("a source looks like {csv: …}, {jsonl: …}, {parquet: …} or {jdbc: …}");
      return null;
    }
    Map<String, YamlNode> all = from.entries();
    if (all.containsKey("jdbc")) {
      return fromJdbc(from);
    }
    String kind =
        all.containsKey("jsonl") ? "jsonl" : all.containsKey("parquet") ? "parquet" : "csv";
    Map<String, YamlNode> keys = kind.equals("csv") ? from.entries(CSV_KEYS) : from.entries(kind);
    YamlNode files = keys.get(kind);
    if (files == null) {
      from.mistake("a source has 'csv', 'jsonl', 'parquet' or 'jdbc'");
      return null;
    }
    List<String> patterns = new ArrayList<>();
    for (YamlNode file : files.items()) {
      String pattern = file.pathOf(file.text());
      patterns.add(pattern);
      if (!written.contains(pattern)) {
        InputFiles unused = guarded(file, () -> InputFiles.matching(List.of(pattern)));
      }
    }
    return switch (kind) {
      case "jsonl" -> new FromJsonLines(patterns);
      case "parquet" -> parquetJars(files) ? new FromParquet(patterns) : null;
      default -> new FromCsv(patterns, format(keys));
    };
  }

  private static boolean parquetJars(YamlNode place) {
    return Boolean.TRUE.equals(
        guarded(
            place,
            () -> {
              ParquetJars.require();
              return true;
            }));
  }

  private @Nullable From fromJdbc(YamlNode from) {
    Map<String, YamlNode> keys = from.entries("jdbc", "table", "query", "rangeKey");
    YamlNode connection = keys.get("jdbc");
    JdbcTarget database = connection == null ? null : connections.database(connection);
    YamlNode table = keys.get("table");
    YamlNode query = keys.get("query");
    if ((table == null) == (query == null)) {
      from.mistake("give 'table' or 'query', one of the two");
    }
    YamlNode rangeKey = keys.get("rangeKey");
    return database == null
        ? null
        : new FromJdbc(
            servers -> database,
            table == null ? null : table.text(),
            query == null ? null : query.text(),
            rangeKey == null ? null : rangeKey.text(),
            YamlNode.oneOf(entries.get("snapshot"), "one", List.of("one", "each")).equals("one"));
  }

  private @Nullable To to(YamlNode to) {
    if (!to.isMap()) {
      to.mistake(
          "a sink looks like {csv: …}, {jsonl: …}, {parquet: …}, {jdbc: …} or {elasticsearch: …}");
      return null;
    }
    Map<String, YamlNode> all = to.entries();
    if (all.containsKey("jdbc")) {
      return toJdbc(to);
    } else if (all.containsKey("elasticsearch")) {
      return toIndex(to);
    } else if (all.containsKey("jsonl")) {
      YamlNode file = to.entries("jsonl").get("jsonl");
      return file == null ? null : new ToJsonLines(outputOf(file));
    } else if (all.containsKey("parquet")) {
      YamlNode file = to.entries("parquet").get("parquet");
      return file == null || !parquetJars(file) ? null : new ToParquet(outputOf(file));
    }
    Map<String, YamlNode> keys = to.entries("csv", "delimiter", "quote", "header");
    YamlNode file = keys.get("csv");
    if (file == null) {
      to.mistake("a sink has 'csv', 'jsonl', 'parquet', 'jdbc' or 'elasticsearch'");
      return null;
    }
    return new ToCsv(outputOf(file), format(keys));
  }

  private String outputOf(YamlNode file) {
    String path = file.pathOf(file.text());
    OutputPath.check("to", path);
    if (!written.add(path)) {
      file.mistake("another task of the plan writes '" + file.text() + "' too");
    }
    return path;
  }

  private @Nullable To toJdbc(YamlNode to) {
    Map<String, YamlNode> keys = to.entries("jdbc", "table", "key", "mode");
    YamlNode connection = keys.get("jdbc");
    JdbcTarget database = connection == null ? null : connections.database(connection);
    YamlNode table = to.required(keys, "table");
    YamlNode keyNode = keys.get("key");
    List<String> key = keyNode == null ? List.of() : keyNode.texts();
    String mode =
        YamlNode.oneOf(
            keys.get("mode"),
            key.isEmpty() ? "insert" : "upsert",
            Arrays.stream(Mode.values()).map(Mode::name).toList());
    return database == null || table == null
        ? null
        : new ToJdbc(servers -> database, table.text(), key, Mode.valueOf(mode));
  }

  private @Nullable To toIndex(YamlNode to) {
    Map<String, YamlNode> keys =
        to.entries(
            "elasticsearch",
            "index",
            "id",
            "key",
            "versionColumn",
            "routing",
            "textFields",
            "pipeline");
    YamlNode connection = keys.get("elasticsearch");
    ElasticsearchTarget search = connection == null ? null : connections.search(connection);
    YamlNode index = to.required(keys, "index");
    YamlNode id = keys.get("id");
    YamlNode key = keys.get("key");
    if ((id == null) == (key == null)) {
      to.mistake("give 'id' or 'key', one of the two, for the ids of documents");
      return null;
    }
    DocumentId made = id != null ? DocumentId.ofFormat(id.text()) : DocumentId.ofKey(key.texts());
    YamlNode text = keys.get("textFields");
    DocumentColumns columns =
        DocumentColumns.of(made)
            .withVersion(textOrNull(keys.get("versionColumn")))
            .withRouting(textOrNull(keys.get("routing")))
            .withText(text == null ? List.of() : text.texts());
    if (search == null || index == null) {
      return null;
    }
    ElasticsearchTarget target = search.withIndex(index.text());
    return new ToIndex(servers -> target, columns, textOrNull(keys.get("pipeline")));
  }

  private static @Nullable String textOrNull(@Nullable YamlNode node) {
    return node == null ? null : node.text();
  }

  private static CsvFormat format(Map<String, YamlNode> keys) {
    YamlNode columns = keys.get("columns");
    YamlNode nullText = keys.get("nullText");
    SkippedLines skipped =
        CsvInputOptions.skipped(
            YamlNode.number(keys.get("skipLines"), 0), textOrNull(keys.get("comment")));
    if (YamlNode.oneOf(keys.get("style"), "csv", List.of("csv", "dump")).equals("dump")) {
      return CsvSpelling.textDump(
          columns == null ? List.of() : columns.texts(),
          YamlNode.text(keys.get("encoding"), "UTF-8"),
          nullText == null ? null : nullText.text(),
          skipped);
    }
    return CsvSpelling.of(
        YamlNode.text(keys.get("delimiter"), ","),
        YamlNode.text(keys.get("quote"), "\""),
        YamlNode.text(keys.get("escape"), "none"),
        YamlNode.truth(keys.get("quotedLineBreaks"), true),
        YamlNode.truth(keys.get("header"), true),
        columns == null ? List.of() : columns.texts(),
        YamlNode.text(keys.get("encoding"), "UTF-8"),
        nullText == null ? null : nullText.text(),
        skipped);
  }
}

package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.files.InputFiles;
import dev.diagonal.files.SkippedLines;
import dev.diagonal.internal.transfer.parquet.ParquetJars;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.options.CsvFormats;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.plan.PlanConnections;
import dev.diagonal.pipelines.plan.YamlNode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.From;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromCsv;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromJsonLines;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.FromParquet;
import dev.diagonal.rows.CsvFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the source of a transfer in a plan, noting all mistakes. */
final class SourceNode {

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

  private final YamlNode from;
  private final PlanConnections connections;
  private final Set<String> written;
  private final boolean oneSnapshot;

  /**
   * @param written the files that earlier tasks write, which need not exist yet
   * @param oneSnapshot whether all ranges of a table are read in one snapshot
   */
  SourceNode(YamlNode from, PlanConnections connections, Set<String> written, boolean oneSnapshot) {
    this.from = from;
    this.connections = connections;
    this.written = written;
    this.oneSnapshot = oneSnapshot;
  }

  /** Returns the source, or null if it cannot be made. */
  @Nullable From read() {
    if (!from.isMap()) {
      from.mistake("write a source as {csv: …}, {jsonl: …}, {parquet: …} or {jdbc: …}");
      return null;
    }
    Map<String, YamlNode> all = from.entries();
    if (all.containsKey("jdbc")) {
      return readJdbc();
    }
    String kind =
        all.containsKey("jsonl") ? "jsonl" : all.containsKey("parquet") ? "parquet" : "csv";
    Map<String, YamlNode> keys = kind.equals("csv") ? from.entries(CSV_KEYS) : from.entries(kind);
    YamlNode files = keys.get(kind);
    if (files == null) {
      from.mistake("a source needs 'csv', 'jsonl', 'parquet' or 'jdbc'");
      return null;
    }
    List<String> patterns = new ArrayList<>();
    for (YamlNode file : files.items()) {
      String pattern = file.pathOf(file.text());
      patterns.add(pattern);
      if (!written.contains(pattern) && !pattern.contains("${")) { // with ${, a variable is unset
        InputFiles unused = TransferNode.guarded(file, () -> InputFiles.matching(List.of(pattern)));
      }
    }
    return switch (kind) {
      case "jsonl" -> new FromJsonLines(patterns);
      case "parquet" -> parquetJars(files) ? new FromParquet(patterns) : null;
      default -> new FromCsv(patterns, format(keys));
    };
  }

  /** Returns whether the jars of Parquet are present; if not, notes a mistake at this place. */
  static boolean parquetJars(YamlNode place) {
    return Boolean.TRUE.equals(
        TransferNode.guarded(
            place,
            () -> {
              ParquetJars.require();
              return true;
            }));
  }

  private @Nullable From readJdbc() {
    Map<String, YamlNode> keys = from.entries("jdbc", "table", "query", "rangeKey");
    YamlNode connection = keys.get("jdbc");
    JdbcTarget database = connection == null ? null : connections.database(connection);
    YamlNode table = keys.get("table");
    YamlNode query = keys.get("query");
    if ((table == null) == (query == null)) {
      from.mistake("use either 'table' or 'query'");
    }
    YamlNode rangeKey = keys.get("rangeKey");
    return database == null
        ? null
        : new FromJdbc(
            servers -> database,
            table == null ? null : table.text(),
            query == null ? null : query.text(),
            rangeKey == null ? null : rangeKey.text(),
            oneSnapshot);
  }

  static @Nullable String textOrNull(@Nullable YamlNode node) {
    return node == null ? null : node.text();
  }

  /** Reads the format of a source or a sink. */
  static CsvFormat format(Map<String, YamlNode> keys) {
    YamlNode columns = keys.get("columns");
    YamlNode nullText = keys.get("nullText");
    SkippedLines skipped =
        CsvInputOptions.skipped(
            YamlNode.number(keys.get("skipLines"), 0), textOrNull(keys.get("comment")));
    if (YamlNode.oneOf(keys.get("style"), "csv", List.of("csv", "dump")).equals("dump")) {
      return CsvFormats.textDump(
          columns == null ? List.of() : columns.texts(),
          YamlNode.text(keys.get("encoding"), "UTF-8"),
          nullText == null ? null : nullText.text(),
          skipped);
    }
    return CsvFormats.of(
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

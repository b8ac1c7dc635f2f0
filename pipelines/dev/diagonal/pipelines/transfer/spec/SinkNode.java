package dev.diagonal.pipelines.transfer.spec;

import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.jobfiles.OutputPath;
import dev.diagonal.pipelines.plan.PlanConnections;
import dev.diagonal.pipelines.plan.YamlNode;
import dev.diagonal.pipelines.transfer.spec.TransferOptions.Mode;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.To;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToCsv;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToIndex;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJdbc;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToJsonLines;
import dev.diagonal.pipelines.transfer.spec.TransferSpec.ToParquet;
import dev.diagonal.transfer.mapping.DocumentColumns;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a sink of a transfer in a plan, noting all mistakes. */
final class SinkNode {

  private final YamlNode to;
  private final PlanConnections connections;
  private final Set<String> written;

  /**
   * @param written the files that other sinks write; this sink adds its own
   */
  SinkNode(YamlNode to, PlanConnections connections, Set<String> written) {
    this.to = to;
    this.connections = connections;
    this.written = written;
  }

  /** Returns the sink, or null if it cannot be made. */
  @Nullable To read() {
    if (!to.isMap()) {
      to.mistake(
          "write a sink as {csv: …}, {jsonl: …}, {parquet: …}, {jdbc: …} or {elasticsearch: …}");
      return null;
    }
    Map<String, YamlNode> all = to.entries();
    if (all.containsKey("jdbc")) {
      return readJdbc();
    } else if (all.containsKey("elasticsearch")) {
      return readIndex();
    } else if (all.containsKey("jsonl")) {
      YamlNode file = to.entries("jsonl").get("jsonl");
      return file == null ? null : new ToJsonLines(outputOf(file));
    } else if (all.containsKey("parquet")) {
      YamlNode file = to.entries("parquet").get("parquet");
      return file == null || !SourceNode.parquetJars(file) ? null : new ToParquet(outputOf(file));
    }
    Map<String, YamlNode> keys = to.entries("csv", "delimiter", "quote", "header");
    YamlNode file = keys.get("csv");
    if (file == null) {
      to.mistake("a sink needs 'csv', 'jsonl', 'parquet', 'jdbc' or 'elasticsearch'");
      return null;
    }
    return new ToCsv(outputOf(file), SourceNode.format(keys));
  }

  private String outputOf(YamlNode file) {
    String path = file.pathOf(file.text());
    OutputPath.check("to", path);
    if (!written.add(path)) {
      file.mistake("another task of the plan also writes '" + file.text() + "'");
    }
    return path;
  }

  private @Nullable To readJdbc() {
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
        : new ToJdbc(servers -> database, table.text(), key, Mode.valueOf(mode), false);
  }

  private @Nullable To readIndex() {
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
      to.mistake("use either 'id' or 'key' for the ids of documents");
      return null;
    }
    DocumentColumns made =
        id != null ? DocumentColumns.ofIdFormat(id.text()) : DocumentColumns.ofKey(key.texts());
    YamlNode text = keys.get("textFields");
    DocumentColumns columns =
        made.withVersion(SourceNode.textOrNull(keys.get("versionColumn")))
            .withRouting(SourceNode.textOrNull(keys.get("routing")))
            .withText(text == null ? List.of() : text.texts());
    if (search == null || index == null) {
      return null;
    }
    ElasticsearchTarget target = search.withIndex(index.text());
    return new ToIndex(servers -> target, columns, SourceNode.textOrNull(keys.get("pipeline")));
  }
}

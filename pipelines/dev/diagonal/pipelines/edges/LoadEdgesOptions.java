package dev.diagonal.pipelines.edges;

import dev.diagonal.pipelines.options.ConflictFreeOptions;
import dev.diagonal.pipelines.options.CsvInputOptions;
import dev.diagonal.pipelines.options.FileChangeOptions;
import dev.diagonal.pipelines.options.InternalSchemaOptions;
import dev.diagonal.pipelines.options.JdbcOptions;
import dev.diagonal.pipelines.run.RunOptions;
import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import java.util.List;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.jspecify.annotations.Nullable;

/** The options of {@link LoadEdges}. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface LoadEdgesOptions
    extends RunOptions,
        JdbcOptions,
        InternalSchemaOptions,
        ConflictFreeOptions,
        FileChangeOptions,
        CsvInputOptions,
        StatementOptions,
        JdbcOptions.OfInput {

  /** Which ids can be at both ends. */
  enum ScheduleName {
    monopartite,
    bipartite,
    components
  }

  /** The type of ids in the database. */
  enum IdType {
    bigint,
    text
  }

  @Description(
      "Files of edges: files, globs or directories; plain, gz, bz2, zst or Parquet. Without"
          + " --idColumn an edge is identified by file name and byte offset: changed content under the"
          + " same name is refused")
  @Nullable List<String> getInput();

  void setInput(@Nullable List<String> input);

  @Needs("streaming")
  @Description("With --streaming: how often to look for new files, in seconds")
  @Default.Integer(10)
  int getPollSeconds();

  void setPollSeconds(int pollSeconds);

  @Needs("streaming")
  @Description(
      "With --streaming: end when no new file has appeared for this many seconds; 0 for never")
  @Default.Integer(0)
  int getEndAfterIdleSeconds();

  void setEndAfterIdleSeconds(int endAfterIdleSeconds);

  @Description("A query for edges instead of files, run in the database of --jdbcUrl")
  @Nullable String getInputQuery();

  void setInputQuery(@Nullable String inputQuery);

  @Description(
      "The text between two fields, such as ; or ::, 'tab', or 'blanks' for any run of them")
  @Default.String(",")
  String getDelimiter();

  void setDelimiter(String delimiter);

  @Description("Whether the first line of every file is a header")
  @Default.Boolean(true)
  boolean getHeader();

  void setHeader(boolean header);

  @Description("The column of the source: a name in the header, or a position from 1")
  @Default.String("1")
  String getSourceColumn();

  void setSourceColumn(String sourceColumn);

  @Description("The column of the target: a name in the header, or a position from 1")
  @Default.String("2")
  String getTargetColumn();

  void setTargetColumn(String targetColumn);

  @Description("The type of node ids: bigint or text")
  @Default.Enum("bigint")
  IdType getIdType();

  void setIdType(IdType idType);

  @Description(
      "The column of the edge id; by default the id is built from file name and byte offset")
  @Nullable String getIdColumn();

  void setIdColumn(@Nullable String idColumn);

  @Needs("idColumn")
  @Description("The type of edge ids, if they have a column: bigint or text")
  @Default.Enum("bigint")
  IdType getEdgeIdType();

  void setEdgeIdType(IdType edgeIdType);

  @Description(
      "Further columns of edges, as in weight:double,kind, with the types of transfer --types; the"
          + " default type is that of the existing table's column, or text")
  @Nullable List<String> getEdgeColumns();

  void setEdgeColumns(@Nullable List<String> edgeColumns);

  @Needs("edgeColumns")
  @Description(
      "A column of --edgeColumns, of type smallint, integer, bigint or decimal, that is summed"
          + " exactly at both nodes: weight in columns out_weight and in_weight of --nodesTable")
  @Nullable String getTotalColumn();

  void setTotalColumn(@Nullable String totalColumn);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description(
      "Which ids may be at both ends: monopartite (any), bipartite (none), components (any"
          + " within a component, see --componentColumn)")
  @Default.Enum("monopartite")
  ScheduleName getSchedule();

  void setSchedule(ScheduleName schedule);

  @OptionGroup(OptionGroup.Heading.TUNING)
  @Description("The column that splits the edges into components without common nodes")
  @Nullable String getComponentColumn();

  void setComponentColumn(@Nullable String componentColumn);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("The table of the nodes, created if missing: table or schema.table")
  @Default.String("nodes")
  String getNodesTable();

  void setNodesTable(String nodesTable);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("A separate table for targets, if equal ids on the two sides are different nodes")
  @Nullable String getTargetNodesTable();

  void setTargetNodesTable(@Nullable String targetNodesTable);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description("The table of the edges, created if missing: table or schema.table")
  @Default.String("edges")
  String getEdgesTable();

  void setEdgesTable(String edgesTable);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description(
      "Only fold the counts that runs with --counts=folded or mixed have left; load nothing")
  @Default.Boolean(false)
  boolean getFold();

  void setFold(boolean fold);
}

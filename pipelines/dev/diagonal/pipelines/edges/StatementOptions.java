package dev.diagonal.pipelines.edges;

import dev.diagonal.pipelines.usage.OptionGroup;
import java.util.List;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.Nullable;

/** The options of {@link LoadEdges} for a user's statement. */
@OptionGroup(OptionGroup.Heading.INPUT)
public interface StatementOptions extends PipelineOptions {

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description(
      "A file with the statement that writes a batch of edges: Cypher for jdbc:neo4j:, SQL for any"
          + " other database. Columns of the input are its parameters. --input may then also be JSON"
          + " lines")
  @Nullable String getStatement();

  void setStatement(@Nullable String statement);

  @OptionGroup(OptionGroup.Heading.DATABASE)
  @Description(
      "With --statement: a file with the statement that writes a batch of nodes, before all edges")
  @Nullable String getNodesStatement();

  void setNodesStatement(@Nullable String nodesStatement);

  @Description(
      "Files of nodes for --nodesStatement, whose first column is the id: CSV, JSON lines or Parquet")
  @Nullable List<String> getNodesInput();

  void setNodesInput(@Nullable List<String> nodesInput);

  @Description(
      "With --statement: types of columns, as in zip:text,price:decimal(10,2), or one type for all, as in"
          + " text. By default, they are guessed")
  @Nullable String getTypes();

  void setTypes(@Nullable String types);

  @Description(
      "With --statement: a YAML file that names, filters and converts columns, as in transfer")
  @Nullable String getMapping();

  void setMapping(@Nullable String mapping);
}

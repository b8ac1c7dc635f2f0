package dev.diagonal.pipelines.edges;

import dev.diagonal.pipelines.command.PipelineCommand;
import dev.diagonal.pipelines.run.Job;
import java.util.List;

/** Writes the edges of a graph in parallel, and counts them at both of their nodes. */
public final class LoadEdges extends PipelineCommand<LoadEdgesOptions> {

  @Override
  public String name() {
    return "load-edges";
  }

  @Override
  public String summary() {
    return "the edges of a graph, from files or a query into PostgreSQL, or by a statement into Neo4j and other databases, in parallel without lock conflicts";
  }

  @Override
  public List<String> examples() {
    return List.of(
        "load-edges --input=edges.csv --jdbcUrl=jdbc:postgresql://db/graph --jdbcUser=me",
        "load-edges --input=knows.csv --idType=text --jdbcUrl=jdbc:postgresql://db/graph --jdbcUser=me",
        "load-edges --input=knows.csv --statement=knows.cypher --jdbcUrl=jdbc:neo4j://db --jdbcUser=neo4j");
  }

  @Override
  public Class<LoadEdgesOptions> options() {
    return LoadEdgesOptions.class;
  }

  @Override
  protected Job plan(LoadEdgesOptions options) {
    if (options.getStatement() != null) {
      return StatementJob.of(options);
    }
    return options.getFold() ? FoldJob.of(options) : LoadEdgesJob.of(options);
  }
}

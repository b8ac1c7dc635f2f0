package dev.diagonal.pipelines.edges;

import dev.diagonal.files.InputFiles;
import dev.diagonal.internal.edges.Edge;
import dev.diagonal.internal.edges.EdgeLines;
import dev.diagonal.internal.edges.EdgeQuery;
import dev.diagonal.jdbc.connection.JdbcTarget;
import dev.diagonal.pipelines.dryrun.ShownRows;
import dev.diagonal.pipelines.options.CsvInputOptions;
import java.util.List;

/**
 * Reads the first edges of an input before a run creates anything.
 *
 * @param keepsBadRecords whether the run goes on after a bad record
 */
record FirstEdges(LoadEdgesOptions options, EdgeInput input, boolean keepsBadRecords) {

  /**
   * Returns the first edges.
   *
   * @param always whether rows of a query are read even if they cannot be bad
   * @throws dev.diagonal.fault.BadInputException if they cannot be read
   */
  List<Edge> read(JdbcTarget database, boolean always) throws Exception {
    String query = options.getInputQuery();
    InputFiles files = input.files();
    if (query != null) {
      return EdgeQuery.check(database, query, input.format(), keepsBadRecords, always);
    }
    return files == null
        ? List.of()
        : CsvInputOptions.firstRecords(options, input.format().header())
            .results(
                files,
                EdgeLines.of(input.format()).create(),
                keepsBadRecords,
                ShownRows.MOST,
                false);
  }
}

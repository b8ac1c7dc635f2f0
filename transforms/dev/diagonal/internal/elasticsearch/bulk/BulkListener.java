package dev.diagonal.internal.elasticsearch.bulk;

import dev.diagonal.metrics.Written;

/**
 * Receives the results of documents, on the thread that adds them to a {@link BulkWriter}.
 *
 * @param <P> identifies the origin of documents: a block, a file, a task
 */
public interface BulkListener<P> {

  /** Documents of one origin are in effect. */
  void indexed(P place, int documents);

  /** The index keeps newer versions of documents of one origin. */
  default void superseded(P place, int documents) {}

  /**
   * The index did not have the documents of deletions of one origin.
   *
   * @param isSure whether no earlier attempt at the same request can have deleted them
   */
  default void missing(P place, int documents, boolean isSure) {}

  /**
   * A document was refused permanently.
   *
   * @throws Exception to make the writer fail
   */
  void refused(P place, RefusedDocument document) throws Exception;

  /**
   * A bulk request has ended.
   *
   * @param first the origin of the first document of the request
   * @param account its documents in effect, how often something was sent for it, and how long it
   *     took
   */
  void ended(P first, Written account);
}

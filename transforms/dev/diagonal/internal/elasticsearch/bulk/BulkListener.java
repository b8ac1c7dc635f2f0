package dev.diagonal.internal.elasticsearch.bulk;

import dev.diagonal.metrics.Written;

/**
 * Hears what became of documents, on the thread that gives them to a {@link BulkWriter}.
 *
 * @param <P> tells whose documents they are: a block, a file, a task
 */
public interface BulkListener<P> {

  /** Documents of one place are in effect. */
  void indexed(P place, int documents);

  /** The index has newer versions of documents of one place, which stay. */
  default void superseded(P place, int documents) {}

  /**
   * A document was refused, and will be as often as it is sent.
   *
   * @throws Exception if that is not to be put up with: the writer gives up
   */
  void refused(P place, RefusedDocument document) throws Exception;

  /**
   * A bulk request has ended.
   *
   * @param first whose document was the first of the request
   * @param account its documents in effect, how often something was sent for it, and how long it
   *     took
   */
  void ended(P first, Written account);
}

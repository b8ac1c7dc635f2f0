package dev.diagonal.testing;

import dev.diagonal.pipelines.local.LocalElasticsearch;

/** A real search engine of one node: Elasticsearch or OpenSearch. Thread-safe. */
public interface SearchServer extends AutoCloseable {

  /** Returns the HTTP address, without a slash at its end. It survives a {@link #restart}. */
  String url();

  /** Kills the process with signal 9 and returns when it is gone. The data stays. */
  void kill();

  /** Starts the server again on the same port and data. */
  void restart();

  /** Starts another server of the same product, which the caller closes. */
  SearchServer another();

  @Override
  void close();

  /** Returns a view of an Elasticsearch. */
  static SearchServer of(LocalElasticsearch elasticsearch) {
    return new SearchServer() {
      @Override
      public String url() {
        return elasticsearch.url();
      }

      @Override
      public void kill() {
        elasticsearch.kill();
      }

      @Override
      public void restart() {
        elasticsearch.restart();
      }

      @Override
      public SearchServer another() {
        return of(LocalElasticsearch.start());
      }

      @Override
      public void close() {
        elasticsearch.close();
      }
    };
  }
}

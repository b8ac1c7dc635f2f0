package dev.diagonal.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.block.Block;
import dev.diagonal.elasticsearch.IndexDocuments;
import dev.diagonal.elasticsearch.PackDocuments;
import dev.diagonal.elasticsearch.bulk.Document;
import dev.diagonal.elasticsearch.bulk.ElasticsearchTarget;
import dev.diagonal.testing.Runner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.elasticsearch.ElasticsearchIO;
import org.apache.beam.sdk.io.elasticsearch.ElasticsearchIO.ConnectionConfiguration;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PCollection;
import org.apache.http.HttpHost;
import org.apache.http.entity.ContentType;
import org.apache.http.nio.entity.NByteArrayEntity;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RestClient;

/** Documents of 70 fields and about 1 kB, and the ways to put them into an index. */
final class IndexLoad {

  /** The mapping of the documents. */
  static final String MAPPING = mapping();

  private static final int BLOCK = 1_000;
  private static final int NUMBERS = 35;
  private static final int TEXTS = 34;

  private IndexLoad() {}

  /** A way to write. */
  enum Way {
    REPLAY_2("ready-made bodies, 2 in flight", 1),
    REPLAY_4("ready-made bodies, 4 in flight", 1),
    OURS_DIRECT("Diagonal, DirectRunner", 1),
    OURS_FLINK("Diagonal, Flink [local]", 1),
    BEAM_DIRECT("ElasticsearchIO, DirectRunner", 8),
    BEAM_FLINK("ElasticsearchIO, Flink [local]", 8),
    OURS_RESHUFFLED("Diagonal after a Reshuffle, DirectRunner", 8),
    BEAM_RESHUFFLED("ElasticsearchIO after a Reshuffle, DirectRunner", 80);

    final String words;

    /** By how much fewer documents it is given, so that a round takes minutes. */
    final int fewer;

    Way(String words, int fewer) {
      this.words = words;
      this.fewer = fewer;
    }
  }

  /** Prepares a way; what comes back writes the documents, and is what is measured. */
  static Callable<?> prepare(Way way, String url, String index, int documents) {
    return switch (way) {
      case REPLAY_2 -> replay(url, index, bodies(documents), 2);
      case REPLAY_4 -> replay(url, index, bodies(documents), 4);
      case OURS_DIRECT -> ours(direct(), url, index, documents);
      case OURS_FLINK -> ours(flink(), url, index, documents);
      case BEAM_DIRECT -> beam(direct(), url, index, documents);
      case BEAM_FLINK -> beam(flink(), url, index, documents);
      case OURS_RESHUFFLED -> {
        Pipeline pipeline = direct();
        starts(pipeline, documents)
            .apply("Documents", ParDo.of(new SinglesFn()))
            .setCoder(Document.coder())
            .apply(Reshuffle.viaRandomKey())
            .apply(PackDocuments.create())
            .apply(IndexDocuments.into(ElasticsearchTarget.at(url, index)));
        yield () -> pipeline.run().waitUntilFinish();
      }
      case BEAM_RESHUFFLED -> {
        Pipeline pipeline = direct();
        texts(pipeline, documents)
            .apply(Reshuffle.viaRandomKey())
            .apply(
                ElasticsearchIO.write()
                    .withConnectionConfiguration(connection(url, index))
                    .withIdFn(node -> node.path("id").asText()));
        yield () -> pipeline.run().waitUntilFinish();
      }
    };
  }

  private static Callable<?> ours(Pipeline pipeline, String url, String index, int documents) {
    starts(pipeline, documents)
        .apply("Documents", ParDo.of(new BlocksFn()))
        .setCoder(Block.coder(Document.coder()))
        .apply(IndexDocuments.into(ElasticsearchTarget.at(url, index)));
    return () -> pipeline.run().waitUntilFinish();
  }

  private static Callable<?> beam(Pipeline pipeline, String url, String index, int documents) {
    texts(pipeline, documents)
        .apply(
            ElasticsearchIO.write()
                .withConnectionConfiguration(connection(url, index))
                .withIdFn(node -> node.path("id").asText()));
    return () -> pipeline.run().waitUntilFinish();
  }

  private static ConnectionConfiguration connection(String url, String index) {
    return ConnectionConfiguration.create(new String[] {url}, index);
  }

  private static Callable<?> replay(String url, String index, List<byte[]> bodies, int inFlight) {
    return () -> {
      ExecutorService threads = Executors.newFixedThreadPool(inFlight);
      try (RestClient client = RestClient.builder(HttpHost.create(url)).build()) {
        List<Future<?>> sent = new ArrayList<>();
        for (byte[] body : bodies) {
          sent.add(
              threads.submit(
                  () -> {
                    Request request = new Request("POST", "/" + index + "/_bulk");
                    request.addParameter("filter_path", "errors");
                    request.setEntity(
                        new NByteArrayEntity(body, ContentType.create("application/x-ndjson")));
                    String answer =
                        EntityUtils.toString(client.performRequest(request).getEntity());
                    if (!answer.contains("\"errors\":false")) {
                      throw new IOException(answer);
                    }
                    return null;
                  }));
        }
        for (Future<?> one : sent) {
          one.get();
        }
      } finally {
        threads.shutdown();
      }
      return null;
    };
  }

  private static List<byte[]> bodies(int documents) {
    List<byte[]> bodies = new ArrayList<>();
    for (int first = 0; first < documents; first += BLOCK) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int n = first; n < first + BLOCK; n++) {
        body.writeBytes(("{\"index\":{\"_id\":\"" + n + "\"}}\n").getBytes(UTF_8));
        body.writeBytes((json(n) + "\n").getBytes(UTF_8));
      }
      bodies.add(body.toByteArray());
    }
    return bodies;
  }

  private static Pipeline direct() {
    return Pipeline.create(
        PipelineOptionsFactory.fromArgs(
                "--runner=DirectRunner",
                "--targetParallelism=2",
                "--enforceImmutability=false",
                "--enforceEncodability=false")
            .create());
  }

  private static Pipeline flink() {
    return Runner.FLINK.pipeline();
  }

  private static PCollection<Integer> starts(Pipeline pipeline, int documents) {
    return pipeline.apply(
        Create.of(IntStream.range(0, documents / BLOCK).map(b -> b * BLOCK).boxed().toList()));
  }

  private static PCollection<String> texts(Pipeline pipeline, int documents) {
    return starts(pipeline, documents)
        .apply("Texts", ParDo.of(new TextsFn()))
        .setCoder(StringUtf8Coder.of());
  }

  private static final class BlocksFn extends DoFn<Integer, Block<Document>> {
    @ProcessElement
    public void process(@Element Integer first, OutputReceiver<Block<Document>> output) {
      List<Document> documents = new ArrayList<>(BLOCK);
      for (int n = first; n < first + BLOCK; n++) {
        documents.add(Document.of("" + n, json(n)));
      }
      output.output(new Block<>(documents));
    }
  }

  private static final class SinglesFn extends DoFn<Integer, Document> {
    @ProcessElement
    public void process(@Element Integer first, OutputReceiver<Document> output) {
      for (int n = first; n < first + BLOCK; n++) {
        output.output(Document.of("" + n, json(n)));
      }
    }
  }

  private static final class TextsFn extends DoFn<Integer, String> {
    @ProcessElement
    public void process(@Element Integer first, OutputReceiver<String> output) {
      for (int n = first; n < first + BLOCK; n++) {
        output.output(json(n));
      }
    }
  }

  /** A document of an id, 35 numbers and 34 words of few or many values. */
  static String json(int n) {
    StringBuilder json = new StringBuilder(1_100).append("{\"id\":").append(n);
    for (int i = 0; i < NUMBERS; i++) {
      json.append(",\"n").append(i).append("\":").append((n * 31L + i) % (10 + i * 1_000L));
    }
    for (int i = 0; i < TEXTS; i++) {
      json.append(",\"t").append(i).append("\":\"word-").append((n * 17L + i) % (5 + i * 50L));
      json.append("-x\"");
    }
    return json.append('}').toString();
  }

  private static String mapping() {
    StringBuilder fields = new StringBuilder("\"id\":{\"type\":\"long\"}");
    for (int i = 0; i < NUMBERS; i++) {
      fields.append(",\"n").append(i).append("\":{\"type\":\"long\"}");
    }
    for (int i = 0; i < TEXTS; i++) {
      fields.append(",\"t").append(i).append("\":{\"type\":\"keyword\"}");
    }
    return "{\"properties\":{" + fields + "}}";
  }
}
